// A carer's visit with the network cut: noted on the telephone, the browser closed and opened again, sent in its order.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { openTelephone } from '../harness/browser.mjs'
import { Demo, engine, temporaryFolder } from '../harness/server.mjs'

// The smallest picture there is: what is tried is the way, not the camera.
const PIXEL = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64')
const MOST = 200 * 1024
const DAY = '2026-10-12'

// Nothing here takes longer than this in life: a wait that does is a fault, and says for what it waited.
const PATIENCE = 60_000

let demo
let profile
let telephone

/** Takes the telephone in hand: what was open before on it is closed. */
async function take() {
  await telephone?.close()
  telephone = await openTelephone(profile.folder)
  telephone.setDefaultTimeout(PATIENCE)
  return telephone.pages()[0]
}

before(async () => {
  demo = new Demo({ elders: 300 })
  profile = temporaryFolder()
  await demo.serve(`${DAY} 07:00:00`)
})

after(async () => {
  await telephone?.close()
  await demo?.end()
  profile?.remove()
})

/** The day's page, with what it complained about. */
async function day() {
  const page = telephone.pages()[0]
  page.on('dialog', (dialog) => dialog.accept())
  await page.goto(`${demo.url}/visits/day`)
  await page.waitForFunction(() => document.querySelector('section.visit'))
  return page
}

/** What the page says of the signal and of what waits. */
const says = (page, words) =>
  page.waitForFunction((text) => document.querySelector('#net').textContent.includes(text), words)

async function logIn(page) {
  const { user, password } = demo.logIns().get('carer')
  await page.goto(`${demo.url}/login`)
  if (new URL(page.url()).pathname !== '/login') return
  await page.fill('input[name=login]', user)
  await page.fill('input[name=password]', password)
  await Promise.all([page.waitForEvent('load'), page.getByRole('button', { name: '登录', exact: true }).click()])
}

test(`${engine}: a visit is made without a signal`, { timeout: 10 * PATIENCE }, async () => {
  await logIn(await take())
  const { visits } = await (await telephone.request.get(`${demo.url}/visits/day/data`)).json()
  assert.ok(visits.length > 0, `the carer has no visit on ${DAY}`)
  // The hour of the first visit: earlier it could not be checked in.
  await demo.serve(`${DAY} ${visits[0].from}:00`)
  await logIn(telephone.pages()[0])
  const wire = []
  telephone.on('response', async (response) => {
    if (response.url().includes('/assets/') && /\.(js|css)$/.test(response.url())) wire.push((await response.body().catch(() => '')).length)
  })
  let page = await day()
  assert.ok(wire.reduce((sum, bytes) => sum + bytes, 0) <= MOST, `${wire} bytes of script and style`)
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => true))
  await page.waitForFunction(() => caches.match('/visits/day').then(Boolean))

  await telephone.setOffline(true)
  await page.reload()
  await page.waitForFunction(() => document.querySelector('section.visit'))
  await says(page, '没有信号')
  const visit = page.locator('section.visit.next')
  const name = (await visit.locator('h2').innerText()).split(/\s/)[0]
  await visit.getByRole('button', { name: '签到' }).click()
  await visit.getByText('服务中').waitFor()
  await visit.locator('summary', { hasText: '服务项目' }).click()
  await visit.getByRole('button', { name: '保存项目' }).click()
  await visit.locator('summary', { hasText: '测量' }).click()
  await visit.locator('input[name=systolic]').fill('152')
  await visit.locator('input[name=diastolic]').fill('91')
  await visit.getByRole('button', { name: '保存测量' }).click()
  await visit.locator('summary', { hasText: '拍照' }).click()
  await visit.locator('input[type=file]').setInputFiles({ name: 'p.png', mimeType: 'image/png', buffer: PIXEL })
  await says(page, '4 条记录待上传')
  await visit.locator('summary', { hasText: '签名' }).click()
  const box = await visit.locator('canvas.sign').boundingBox()
  await page.mouse.move(box.x + 30, box.y + 40)
  await page.mouse.down()
  await page.mouse.move(box.x + 120, box.y + 90, { steps: 4 })
  await page.mouse.up()
  await visit.getByRole('button', { name: '保存签名' }).click()
  await says(page, '5 条记录待上传')

  await take()
  await telephone.setOffline(true)
  page = await day()
  await says(page, '5 条记录待上传')
  await page.locator('section.visit.next').getByRole('button', { name: '签退' }).click()
  await says(page, '6 条记录待上传')
  await telephone.setOffline(false)
  await says(page, '全部已上传')
  await page.locator('section.visit.over', { hasText: name }).getByText('已完成').waitFor()
})
