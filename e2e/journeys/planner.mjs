// A station's day: planned by the program, one visit dragged with the mouse and its cost seen, accepted; then somebody is
// absent and the rest is planned anew.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { openBrowser, Person } from '../harness/browser.mjs'
import { Demo, engine } from '../harness/server.mjs'

const TOMORROW = '2026-10-13'

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

const names = (page) => page.locator('.yy-board tbody th').allInnerTexts()

/** With the mouse: down, over there, up. Two moves over the target, as a hand makes them. */
async function pull(page, from, to) {
  await from.scrollIntoViewIfNeeded()
  await from.hover()
  await page.mouse.down()
  await to.hover()
  await to.hover({ position: { x: 3, y: 12 } })
  await page.mouse.up()
}

/** Drags visits to other carers until one may stay there; answers what the page said about it. */
async function drag(station) {
  const { page } = station
  const stops = page.locator('td.yy-stop[draggable]')
  for (let n = 0; n < (await stops.count()); n += 1) {
    const stop = stops.nth(n)
    const own = await stop.getAttribute('data-carer')
    const rows = page.locator(`.yy-board tbody tr:not(:has([data-carer="${own}"]))`)
    for (let row = 0; row < (await rows.count()); row += 1) {
      await page.locator('#price').evaluate((price) => price.replaceChildren())
      await pull(page, stop, rows.nth(row).locator('td[data-drop]').first())
      const answer = page.locator('#price')
      await answer.getByText('开始。').or(answer.getByText('不能这样调整')).first().waitFor()
      if (await answer.getByRole('button', { name: '保留这个调整' }).count()) return answer.innerText()
      assert.match(await answer.innerText(), /RT\d\d/)
    }
  }
  return assert.fail('no visit could be given to anybody else')
}

test(`${engine}: a day is planned, changed by hand, accepted, and planned anew`, async () => {
  const station = await Person.at(browser)
  await station.logIn(demo.url, demo.logIns().get('station'))
  await station.open(`/visits/planner?day=${TOMORROW}`)
  await station.press('重新排这一天')
  await station.sees('采用这份方案')
  await station.shot('planner', { document: true })
  assert.ok((await names(station.page)).length >= 4)

  const cost = await drag(station)
  assert.match(cost, /\d\d:\d\d 开始。.*(分钟|代价不变)/s)
  await station.press('保留这个调整')
  await station.sees('已保留')

  const cancel = station.page.getByLabel('取消并电话告知')
  if (await cancel.count()) await cancel.check()
  await station.press('采用这份方案')
  await station.sees('方案已采用，请按下表逐户告知。')

  await station.open(`/visits/planner?day=${TOMORROW}`)
  await station.sees('已采用')
  await station.page.getByText('临时请假', { exact: true }).click()
  await station.page.getByLabel('原因').fill('病假')
  const absent = (await station.page.locator('select[name=staff] option').first().innerText()).trim()
  await station.press('登记请假并调整')
  await station.sees('采用这份方案')
  assert.ok(!(await names(station.page)).includes(absent), 'whoever is absent has no row')
  const left = station.page.getByLabel('取消并电话告知')
  if (await left.count()) await left.check()
  await station.press('采用这份方案')
  await station.sees('方案已采用，请按下表逐户告知。')
  assert.deepEqual(station.complaints, [])
  await station.context.close()
})

test(`${engine}: on a telephone the day is lists, and a visit is moved by a form`, async () => {
  const station = await Person.at(browser, { width: 390, height: 844 })
  await station.logIn(demo.url, demo.logIns().get('station'))
  await station.open(`/visits/planner?day=${TOMORROW}`)
  await station.press('尽量少动，只做调整')
  await station.sees('采用这份方案')
  assert.equal(await station.page.locator('.yy-board').isVisible(), false)
  await station.page.locator('.yy-tour a').first().click()
  await station.settled()
  await station.page.getByRole('button', { name: '先看代价' }).click()
  await station.page.locator('#price').getByText('移出，没有人去。').waitFor()
  assert.deepEqual(station.complaints, [])
  await station.context.close()
})
