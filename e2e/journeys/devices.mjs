// A device is registered, bound to an elder and measures; the doctor sees it on the curve and sets limits for this person. At the
// health hut the elder shows a card, measures, and reads in large letters how it stands; the doctor finds it as work.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { openBrowser, Person } from '../harness/browser.mjs'
import { Demo, engine } from '../harness/server.mjs'

const TELEPHONE = { width: 390, height: 844 }
const KIOSK = { width: 1080, height: 1920 }
let demo
let browser

before(async () => {
  demo = new Demo({ elders: 300 })
  browser = await openBrowser()
  await demo.serve('2026-10-12 09:00:00')
})

after(async () => {
  await browser?.close()
  await demo?.end()
})

async function someone(name, size) {
  const person = await Person.at(browser, size)
  await person.logIn(demo.url, demo.logIns().get(name))
  return person
}

/** What a device does: SenML by HTTP with its own name and secret. */
async function sends(serial, secret, values) {
  const records = values.map(([n, u, v]) => ({ n, u, v }))
  records[0].bn = `urn:yiyang:${serial}:`
  const authorization = `Basic ${Buffer.from(`${serial}:${secret}`).toString('base64')}`
  const answer = await fetch(`${demo.url}/vitals/${serial}/senml`, {
    method: 'POST',
    headers: { authorization, 'content-type': 'application/senml+json' },
    body: JSON.stringify(records),
  })
  return answer.status
}

const pressure = (high, low) => [['sbp', 'mm[Hg]', high], ['dbp', 'mm[Hg]', low]]

test(`${engine}: a device measures, the doctor sets limits, and the hut says how it stands`, async () => {
  const clerk = await someone('clerk')
  await clerk.open('/devices/new')
  const one = clerk.page.locator('form[action="/devices"]')
  await one.getByLabel('设备编号').fill('BP-9001')
  await one.getByLabel('类型').selectOption('pressure_cuff')
  await one.getByLabel('名称').fill('旅程血压计')
  await clerk.press('登记并打印密钥条', one)
  const secret = await clerk.page.locator('.yy-secret').innerText()
  assert.match(secret, /^[0-9a-f]{32}$/)
  await clerk.shot('devices-slip')
  assert.equal(await sends('BP-9001', secret, pressure(150, 90)), 422, 'nobody wears it yet')

  const doctor = await someone('doctor')
  await doctor.open('/vitals')
  await doctor.shot('vitals-list')
  const link = doctor.page.locator('a.yy-row-link').first()
  const [elder, name] = [(await link.getAttribute('href')).split('/').pop(), await link.innerText()]
  await doctor.open(`/vitals/${elder}`)
  await doctor.page.getByLabel('绑定设备').fill('BP-9001')
  await doctor.press('绑定')
  await doctor.sees('设备已绑定')
  assert.equal(await sends('BP-9001', 'f'.repeat(32), pressure(172, 92)), 401)
  assert.equal(await sends('BP-9001', secret, pressure(172, 92)), 204)
  await doctor.open(`/vitals/${elder}?show=pressure&span=week`)
  await doctor.sees('172 mmHg')
  await doctor.sees('偏高')
  await doctor.page.locator('#vitals svg').first().waitFor()
  await doctor.shot('vitals-elder', { fullPage: true })
  await doctor.open(`/vitals/${elder}?show=pressure&span=year`)
  await doctor.page.locator('#vitals svg').first().waitFor()
  await doctor.shot('vitals-year')

  await doctor.page.getByText('设定个人界限').click()
  const limits = doctor.page.locator(`form[action="/vitals/${elder}/limits"]`)
  await limits.getByLabel('指标').selectOption('sbp')
  await limits.getByLabel('预警上限（高于）').fill('175')
  await limits.getByLabel('理由').fill('长期偏高，目标放宽')
  await doctor.press('保存个人界限', limits)
  await doctor.sees('个人界限已保存')
  await doctor.open(`/vitals/${elder}`)
  await doctor.sees('预警低于 90 或高于 175')

  await doctor.press('发健康小屋卡')
  const code = (await doctor.page.locator('.yy-hut-card code').innerText()).replaceAll(' ', '')
  assert.match(code, /^\d{12}$/)
  await doctor.shot('hut-card')

  await clerk.open('/devices?kind=health_hut')
  await clerk.shot('devices-list')
  await clerk.follow(/^HH-/)
  const serial = (await clerk.page.locator('h1').innerText()).split(' ').pop()
  await clerk.page.getByText('换发密钥', { exact: true }).first().click()
  await clerk.press('换发密钥')
  const own = await clerk.page.locator('.yy-secret').innerText()

  const screen = await someone('hut', KIOSK)
  await screen.open('/huts')
  await screen.follow('打开终端')
  await screen.shot('hut-who')
  await screen.page.getByLabel('刷卡，或输入卡上的 12 位数字').fill('000000000000')
  await screen.page.getByRole('button', { name: '开始测量' }).first().click()
  await screen.sees('没有认出您')
  await screen.page.getByLabel('刷卡，或输入卡上的 12 位数字').fill(code)
  await screen.page.getByRole('button', { name: '开始测量' }).first().click()
  await screen.sees(`${name}，您好`)
  assert.equal(await sends(serial, own, [...pressure(186, 98), ['pulse', 'beat/min', 82]]), 204)
  await screen.sees('186/98')
  await screen.sees('危急偏高')
  await screen.shot('hut-result')
  const over = await screen.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
  assert.equal(over, 0)
  await screen.press('完成')
  await screen.sees('测量已结束')
  assert.equal((await screen.page.goto(`${demo.url}/elders`)).status(), 403, 'the screen can do nothing else')

  await doctor.open('/')
  await doctor.sees('健康小屋测量异常')
  await doctor.open('/huts/visits')
  await doctor.sees('收缩压 186 mmHg（危急偏高）')
  await doctor.shot('hut-visits')
  await doctor.open('/vitals/worse?show=all')
  await doctor.sees('近 7 天中位数')
  await doctor.shot('vitals-worse')

  const small = await someone('doctor', TELEPHONE)
  for (const [path, picture] of [[`/vitals/${elder}`, 'vitals-elder-390'], ['/vitals/worse?show=all', 'vitals-worse-390'], ['/devices', 'devices-390']]) {
    await small.open(path)
    const wide = await small.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
    assert.equal(wide, 0, path)
    await small.shot(picture, { fullPage: true })
  }
  for (const person of [clerk, doctor, small]) assert.deepEqual(person.complaints, [])
})
