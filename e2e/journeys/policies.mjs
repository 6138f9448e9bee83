// An official reads a document, tries a question, sets the regions beside each other, and simulates; on a telephone too.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { openBrowser, Person } from '../harness/browser.mjs'
import { assertReadableAtTwice } from '../harness/crawl.mjs'
import { Demo, engine } from '../harness/server.mjs'

const PHONE = { width: 390, height: 844 }

let demo
let browser

before(async () => {
  demo = new Demo({ elders: 300 })
  browser = await openBrowser()
  // Documents, scales and the register of today: no day of its own is needed.
  await demo.serve()
})

after(async () => {
  await browser?.close()
  await demo?.end()
})

async function official(window) {
  const person = await Person.at(browser, window)
  await person.logIn(demo.url, demo.logIns().get('supervisor'))
  return person
}

// Nothing may stand beside the page on a telephone.
async function fits(person) {
  const wide = await person.page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
  assert.ok(wide <= 1, `${person.page.url()} is ${wide} px wider than the window`)
}

/** Fills in the home that all regions are asked about: private, 120 beds, next to no medical unit. */
async function aHome(page) {
  await page.locator('#f_kind').selectOption('elder_care_institution')
  if (await page.locator('#f_ownership').count()) await page.locator('#f_ownership').selectOption('private')
  await page.locator('#f_beds').fill('120')
  const near = page.locator('#f_adjacent_to_medical')
  if (await near.count()) await near.selectOption('false')
}

for (const [name, window] of [['desktop', undefined], ['phone', PHONE]]) {
  const document = name === 'desktop'
  const shot = (person, what, options = {}) => person.shot(document ? what : `${what}-phone`, { document, ...options })

  test(`${engine}: a document is read clause by clause, with what runs behind each (${name})`, async () => {
    const person = await official(window)
    await person.open('/policies')
    await person.sees('通政发〔2018〕54号')
    await shot(person, 'policies')
    await person.follow('通政发〔2018〕54号')
    await person.sees('由什么承担')
    await person.sees('待建')
    await shot(person, 'policy-document')
    await fits(person)
    await person.follow('养老机构应有的医疗功能')
    await person.sees('100 张及以上')
    await shot(person, 'policy-table')
    await fits(person)
    if (document) await assertReadableAtTwice(person.page)
    assert.deepEqual(person.complaints, [])
    await person.context.close()
  })

  test(`${engine}: a question is tried and the decision says why (${name})`, async () => {
    const person = await official(window)
    await person.open('/policies/ask')
    await person.follow('养老机构应有的医疗功能')
    await aHome(person.page)
    await person.press('判定')
    await person.sees('结论')
    await person.sees('应当')
    await person.sees('养老机构的医疗功能')
    await shot(person, 'policy-ask')
    await fits(person)
    await person.page.locator('#f_beds').fill('')
    await person.press('判定')
    await person.sees('请补上或改正')
    assert.deepEqual(person.complaints, [])
    await person.context.close()
  })

  test(`${engine}: four regions answer for the same institution (${name})`, async () => {
    const person = await official(window)
    await person.open('/policies/beside/required_medical_function')
    await aHome(person.page)
    await person.press('对照')
    for (const place of ['南通市', '瓦房店市', '上海市', '江西省']) await person.sees(place)
    await shot(person, 'policy-beside')
    await fits(person)
    assert.deepEqual(person.complaints, [])
    await person.context.close()
  })

  test(`${engine}: two versions are simulated over the register and somebody is opened (${name})`, async () => {
    const person = await official(window)
    await person.open('/simulation')
    await person.follow('照护保险待遇')
    await person.page.locator('#s_setting').selectOption('home')
    await person.press('计算')
    await person.sees('按地区')
    await person.page.locator('#by-area svg').waitFor()
    await shot(person, 'simulation')
    await fits(person)
    // Those who get something now that they did not get before.
    await person.follow('打开几位', person.page.locator('tr', { hasText: '金额限额' }).first())
    await person.sees('查看档案')
    await person.sees('看了这些情况')
    await shot(person, 'simulation-opened')
    await fits(person)
    assert.deepEqual(person.complaints, [])
    await person.context.close()
  })

  test(`${engine}: a scale says what it is for and where it comes from (${name})`, async () => {
    const person = await official(window)
    await person.open('/policies/scales')
    await person.follow('老年人能力评估')
    await person.sees('来源')
    await shot(person, 'policy-scale')
    await fits(person)
    assert.deepEqual(person.complaints, [])
    await person.context.close()
  })
}
