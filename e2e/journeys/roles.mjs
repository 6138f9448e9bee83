// Every role follows every link that it is shown: each page opens, is named, and can be used with a keyboard and at 200 %.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { openBrowser, Person } from '../harness/browser.mjs'
import { assertReadableAtTwice, crawl } from '../harness/crawl.mjs'
import { Demo, engine } from '../harness/server.mjs'

const ROLES = ['clerk', 'insurer', 'doctor', 'specialist', 'hospital', 'home', 'hut', 'station', 'carer', 'assessor1', 'supervisor', 'operator', 'admin', 'family', 'elder']

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

for (const role of ROLES) {
  test(`${engine}: ${role} finds every page in order`, async () => {
    const person = await Person.at(browser)
    await person.logIn(demo.url, demo.logIns().get(role))
    await person.shot(`home-${role}`, { document: role === 'clerk' })
    await assertReadableAtTwice(person.page)
    const { kinds, wrong } = await crawl(person.page, `${demo.url}/`)
    assert.ok(kinds.length >= 3, kinds.join('\n'))
    assert.deepEqual([...new Set([...wrong, ...person.complaints])], [])
    await person.context.close()
  })
}

test(`${engine}: a stranger sees the log-in and nothing else`, async () => {
  const stranger = await Person.at(browser)
  for (const path of ['/', '/elders', '/transfer', '/ltci/settlements', '/accounts', '/audit']) {
    const answer = await stranger.page.goto(demo.url + path)
    assert.equal(new URL(stranger.page.url()).pathname, '/login', path)
    assert.equal(answer.status(), 200)
  }
  await stranger.context.close()
})
