// A home offers something, a supervisor reviews it, a family doctor compares prices; then a health platform is connected, asks
// for an elder by identity number, sends a diagnosis that stands in the record with its name, and is cut off.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { openBrowser, Person } from '../harness/browser.mjs'
import { Demo, engine } from '../harness/server.mjs'

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

async function as(role) {
  const person = await Person.at(browser)
  await person.logIn(demo.url, demo.logIns().get(role))
  return person
}

test(`${engine}: from a home's draft to a printed list`, async () => {
  const [station, supervisor, doctor] = [await as('station'), await as('supervisor'), await as('doctor')]
  await station.open('/catalogue/new')
  await station.page.selectOption('[name=kind]', 'daily_care')
  await station.page.fill('[name=name]', '上门理发')
  await station.page.fill('[name=phone]', '0513-84110000')
  await station.page.fill('[name=unit]', '次')
  await station.press('存为草稿')
  await station.page.getByRole('button', { name: '提交审核' }).click()
  await station.sees('CA-01')
  await station.page.goBack()
  await station.page.locator('form[action$="/price"] [name=price]').fill('35')
  await station.page.locator('form[action$="/price"] [name=reason]').fill('首次定价')
  await station.press('调价')
  await station.press('提交审核')
  await supervisor.open('/catalogue?state=submitted')
  await supervisor.follow('上门理发')
  await supervisor.press('审核上架')
  await doctor.open('/catalogue?words=smlf')
  await doctor.sees('上门理发')
  await doctor.shot('catalogue', { fullPage: true })
  await doctor.open('/catalogue/compare?kind=daily_care')
  await doctor.sees('35.00')
  await doctor.open('/catalogue/print')
  await doctor.sees('上门理发')
  assert.deepEqual([...station.complaints, ...supervisor.complaints, ...doctor.complaints], [])
  for (const person of [station, supervisor, doctor]) await person.context.close()
})

test(`${engine}: a health platform is connected, asks, sends and is cut off`, async () => {
  const [admin, doctor] = [await as('admin'), await as('doctor')]
  await admin.open('/fhir/partners/new')
  await admin.page.fill('[name=name]', '县健康平台')
  await admin.page.fill('[name=purpose]', '资料互通')
  await admin.page.fill('[name=contact]', '信息科')
  for (const kind of ['Patient', 'Condition']) await admin.page.check(`[name=read][value=${kind}]`)
  await admin.page.check('[name=write][value=Condition]')
  await admin.press('登记并生成密钥')
  const secret = await admin.page.locator('main code').first().innerText()
  assert.match(secret, /^yyfhir_[0-9a-f]{48}$/)
  const ask = async (path, options = {}) => {
    const headers = { authorization: `Bearer ${secret}`, 'content-type': 'application/fhir+json', ...options.headers }
    const answer = await fetch(`${demo.url}/fhir/r4${path}`, { ...options, headers })
    return { status: answer.status, body: await answer.json() }
  }
  await doctor.open('/chart')
  const href = await doctor.page.locator('main table a').first().getAttribute('href')
  const id = href.split('/').at(-1)
  const found = await ask(`/Patient/${id}`)
  assert.equal(found.status, 200, JSON.stringify(found.body))
  const { system, value } = found.body.identifier.find((one) => one.system.endsWith('156.10011.1.3'))
  const searched = await ask('/Patient/_search', {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ identifier: `${system}|${value}` }),
  })
  assert.equal(searched.body.total, 1, JSON.stringify(searched.body))
  const condition = {
    resourceType: 'Condition',
    identifier: [{ system: 'urn:oid:2.16.156.10011.1.1', value: 'C-1' }],
    clinicalStatus: { coding: [{ code: 'active' }] },
    code: { text: '慢性胃炎', coding: [{ system: 'http://hl7.org/fhir/sid/icd-10', code: 'K29.5' }] },
    subject: { identifier: { system, value } },
    onsetDateTime: '2026-09-01',
  }
  const send = () => ask('/Condition', { method: 'POST', body: JSON.stringify(condition) })
  assert.equal((await send()).status, 201)
  assert.equal((await send()).status, 200)
  await doctor.open(href)
  await doctor.sees('慢性胃炎')
  await doctor.sees('县健康平台（接口）')
  await admin.open('/fhir')
  await admin.shot('fhir', { fullPage: true })
  await admin.follow('县健康平台')
  await admin.page.fill('[name=why]', '试用结束')
  await admin.press('停用')
  assert.equal((await ask(`/Patient/${id}`)).status, 401)
  assert.deepEqual([...admin.complaints, ...doctor.complaints], [])
  for (const person of [admin, doctor]) await person.context.close()
})
