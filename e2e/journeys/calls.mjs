// An elder presses SOS on a simulated device. Two operators in two browsers: one has the alarm, the other is told; somebody is sent, arrives, the family is told, the green
// channel goes out, the case ends; a telephone rings; the shift is handed over; the wall shows numbers and no names.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { openBrowser, Person } from '../harness/browser.mjs'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Demo, clock, engine, run } from '../harness/server.mjs'

const KEY = 'f00dfeedf00dfeedf00dfeedf00dfeed'
const SOON = 30_000

let demo
let browser
let one
let other
let elder
let casePage

before(async () => {
  demo = new Demo({ elders: 300, more: ['--no-devices'], env: { YIYANG_EXCHANGE_KEYS: `320623 ${KEY}` } })
  await demo.serve('2026-10-12 09:00:00')
  browser = await openBrowser(['--autoplay-policy=user-gesture-required'])
  one = await Person.at(browser, { width: 1280, height: 800 })
  other = await Person.at(browser, { width: 1280, height: 800 })
  await one.logIn(demo.url, demo.logIns().get('operator'))
  await other.logIn(demo.url, demo.logIns().get('operator2'))
})

after(async () => {
  await browser?.close()
  await demo?.end()
})

/** The board asks for news all the time: it is never idle. */
async function board(person, path = '/emergencies/board') {
  await person.page.goto(demo.url + path)
  await person.page.locator('[data-board-state]', { hasText: '实时更新' }).waitFor({ timeout: SOON })
}

/** Presses SOS on a simulated device of the county, through the door for devices. */
function pressSos() {
  const door = demo.log.find((line) => line.includes('监测设备接入')).split('：')[1].trim()
  const lines = readFileSync(join(demo.folder, 'devices.csv'), 'utf8').trim().split('\n').slice(1)
  const [serial, secret] = lines.map((line) => line.split(',')).find(([, , kind]) => kind === 'sos_button')
  run(['press', '--broker', door, '--serial', serial, '--secret', secret, 'sos'], { env: { ...process.env, ...clock('2026-10-12 09:00:30') } })
}

const card = (person, words) => person.page.locator('[data-board-place] article', { hasText: words })

const noComplaints = () => assert.deepEqual([...one.complaints, ...other.complaints], [])

test(`${engine}: an alarm stands on both boards at once, one operator has it, the other is told who`, async () => {
  await board(one)
  await board(other)
  assert.equal(await one.page.locator('[data-board-sound]').innerText(), '开启声音')
  await one.page.locator('[data-board-sound]').click()
  await one.page.locator('[data-board-sound][aria-pressed=true]').waitFor()
  pressSos()
  for (const person of [one, other]) await card(person, '按下呼救键').waitFor({ timeout: SOON })
  elder = (await card(one, '按下呼救键').locator('.yy-watch-who').innerText()).split(/\s/)[0]
  await one.shot('calls-board')
  await other.page.setViewportSize({ width: 390, height: 844 })
  const over = await other.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
  assert.ok(over <= 1, `the board runs ${over} px out of a telephone`)
  await other.shot('calls-board-telephone', { fullPage: true })
  await other.page.setViewportSize({ width: 1280, height: 800 })
  // Both press; the page of the second is as old as a second can make it.
  const taking = await card(other, '按下呼救键').locator('form').getAttribute('action')
  const token = await other.page.locator('meta[name=csrf-token]').getAttribute('content')
  await card(one, '按下呼救键').getByRole('button', { name: '接警' }).click()
  await one.page.waitForURL('**/emergencies/*/*')
  casePage = new URL(one.page.url()).pathname
  const late = await other.page.request.post(demo.url + taking, { form: { _csrf: token }, maxRedirects: 0 })
  assert.equal(late.status(), 409)
  assert.match(await late.text(), /坐席甲（合成）/)
  await card(other, '待派单').filter({ hasText: elder }).waitFor({ timeout: SOON })
  noComplaints()
})

test(`${engine}: the card is there, the nearest goes, the family is told, the green channel goes out, the case ends`, async () => {
  await one.open(casePage)
  for (const words of [elder, '派谁去', '值班护士（合成）', '过敏']) await one.sees(words)
  await one.shot('calls-case', { fullPage: true })
  // The nurse has a case already: the next is offered.
  const free = one.page.locator('.yy-offers li', { has: one.page.getByRole('button', { name: '派出' }) }).first()
  const sent = await free.locator('strong').innerText()
  await one.press('派出', free)
  await one.sees(sent)
  await other.open(casePage)
  await one.press('已确认前往')
  // The second operator's page is old by now.
  const button = other.page.getByRole('button', { name: '已确认前往' })
  await Promise.all([other.page.waitForEvent('load'), button.click()])
  assert.equal(other.status, 409)
  assert.match(await other.text(), /坐席甲（合成）/)
  await one.press('已出发')
  await one.page.locator('form[action$="/contact"] [name=name]').fill('王小红')
  await one.press('登记', one.page.locator('form[action$="/contact"]'))
  await one.press('登记已呼叫 120')
  await one.press('发出绿色通道')
  await one.sees('打开转诊单')
  await one.press('已到场')
  await one.press('120 已到，交接')
  const closing = one.page.locator('form[action$="/close"]')
  await closing.locator('[name=outcome]').selectOption('hospital')
  await closing.locator('[name=note]').fill('疑似髋部骨折，120 送县医院，绿色通道已发')
  await one.press('结束呼救')
  for (const words of ['立案', '派出', '确认前往', '出发', '到场', '呼叫 120', '通知联系人', '绿色通道转诊', '交给 120', '结束']) {
    await one.sees(words)
  }
  await one.shot('calls-case-closed', { fullPage: true })
  await one.page.setViewportSize({ width: 390, height: 844 })
  const over = await one.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
  assert.ok(over <= 1, `the case runs ${over} px out of a telephone`)
  await one.shot('calls-case-telephone', { fullPage: true })
  await one.page.setViewportSize({ width: 1280, height: 800 })
  noComplaints()
})

test(`${engine}: a telephone rings, an unknown number is given an elder and known the next time`, async () => {
  const ring = (call_id, event) =>
    fetch(`${demo.url}/emergencies/calls`, {
      method: 'POST',
      headers: { 'x-exchange-key': KEY, 'content-type': 'application/json' },
      body: JSON.stringify({ call_id, from: '13677778888', to: '96120', at: '2026-10-12T09:00:10+08:00', event }),
    })
  await board(one)
  assert.equal((await ring('j-1', 'ringing')).status, 200)
  await card(one, '13677778888').getByRole('button', { name: '接听' }).click()
  await one.page.waitForURL('**/emergencies/calls/*')
  await one.sees('号码不在册')
  await one.page.locator('input[name=q]').fill(elder)
  await Promise.all([one.page.waitForEvent('load'), one.page.locator('input[name=q]').press('Enter')])
  const first = one.page.locator('.yy-caller').first()
  if (!(await first.locator('details').first().getAttribute('open')) && !(await first.getByRole('button', { name: '立案' }).isVisible())) await first.locator('summary').first().click()
  await first.locator('[name=remember]').check()
  await first.locator('[name=phone_name]').fill('王小梅')
  await first.locator('[name=relation]').fill('女儿')
  await one.press('立案', first)
  await one.sees('王小梅')
  await board(other)
  await ring('j-2', 'ringing')
  await card(other, '13677778888').filter({ hasText: elder }).waitFor({ timeout: SOON })
  noComplaints()
})

test(`${engine}: the shift is handed over and read, the figures come as a workbook, the wall shows no names`, async () => {
  await one.open('/emergencies/shifts')
  await one.page.locator('[name=remarks]').fill('王家女儿会再来电')
  await one.press('生成交接单')
  const sheet = new URL(one.page.url()).pathname
  await one.shot('calls-shift', { fullPage: true })
  await other.open(sheet)
  await other.press('确认接班')
  await other.sees('已接班')
  await other.open('/emergencies/figures')
  await other.shot('calls-figures', { fullPage: true })
  const book = await other.download('下载 Excel')
  assert.equal(book.bytes.subarray(0, 2).toString(), 'PK')
  await other.page.setViewportSize({ width: 1920, height: 1080 })
  await board(other, '/emergencies/screen')
  assert.ok(!(await other.page.locator('[data-board-place]').innerText()).includes(elder))
  await other.shot('calls-screen')
  await other.page.setViewportSize({ width: 1280, height: 800 })
  noComplaints()
})

test(`${engine}: when the line breaks the board asks instead and says so`, async () => {
  const line = (route) => (route.request().resourceType() === 'eventsource' ? route.abort() : route.continue())
  await one.page.route('**/emergencies/board/events', line)
  await one.page.goto(`${demo.url}/emergencies/board`)
  await one.page.locator('[data-board-state]', { hasText: '每 5 秒查询一次' }).waitFor({ timeout: SOON })
  await one.page.unroute('**/emergencies/board/events', line)
  await one.page.locator('[data-board-state]', { hasText: '实时更新' }).waitFor({ timeout: 60_000 })
  // The server is gone, and with it both ways. It ends at once although two boards hang on it.
  await demo.stopServing()
  await one.page.locator('[data-board-state]', { hasText: '网络不通' }).waitFor({ timeout: SOON })
})
