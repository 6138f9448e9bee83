// The whole road of a county: rosters in, mended, one elder assessed, signed, planned, visited, settled, counted, printed.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { openBrowser, Person } from '../harness/browser.mjs'
import { citizenNumber, csv, parseCsv, wrongCheckDigit } from '../harness/roster.mjs'
import { Demo, engine } from '../harness/server.mjs'
import { hasFormula, rows } from '../harness/xlsx.mjs'

const ELDER = { name: '秦合成', born: '1938-03-05', number: citizenNumber('320623', '1938-03-05', 871) }
const SPOUSE = { name: '钱合成', born: '1940-06-01', number: citizenNumber('320623', '1940-06-01', 872) }

let demo
let browser
const people = new Map()

/** Somebody by log-in, at the window that is theirs; logs in again after a break. */
async function as(user) {
  const person = people.get(user) ?? (await Person.at(browser))
  people.set(user, person)
  if (person.since !== demo.url) await person.logIn(demo.url, demo.logIns().get(user))
  person.since = demo.url
  return person
}

before(async () => {
  demo = new Demo({ elders: 400 })
  browser = await openBrowser()
  await demo.serve('2026-10-08 09:00:00')
})

after(async () => {
  await browser?.close()
  await demo?.end()
})

// Each step stands on the one before: after a failure the rest would only repeat it.
let broken = null
const step = (name, work) =>
  test(`${engine}: ${name}`, async () => {
    if (broken) assert.fail(`not reached: ${broken} failed`)
    broken = name
    await work()
    broken = null
  })

const HEAD = '姓名,身份证号,性别,出生日期,联系电话,区划代码,居住地址,户籍地区划代码,常住,城乡,居住情况,医保类型,长护险参保,慢性病,状态'.split(',')

function someVillage() {
  const areas = parseCsv(readFileSync(join(demo.folder, 'rosters/areas.csv'), 'utf8'))
  const parents = new Set(areas.map((area) => area['上级代码']))
  return areas.find((area) => !parents.has(area['区划代码']))['区划代码']
}

function roster() {
  const village = someVillage()
  const row = ({ name, number, born }, changes = {}) => {
    const cells = { 姓名: name, 身份证号: number, 性别: Number(number[16]) % 2 ? '男' : '女', 出生日期: born }
    Object.assign(cells, { 联系电话: '19900001234', 区划代码: village, 居住地址: '合成路 1 号', 户籍地区划代码: village })
    Object.assign(cells, { 常住: '是', 城乡: '农村', 居住情况: '与配偶居住', 医保类型: '职工医保', 长护险参保: '是', 慢性病: '脑卒中', 状态: '在世' })
    Object.assign(cells, changes)
    return HEAD.map((name) => cells[name] ?? '')
  }
  return [
    HEAD,
    row(ELDER, { 出生日期: '1938年3月5日' }),
    row({ ...SPOUSE, number: wrongCheckDigit(SPOUSE.number) }),
    row({ name: '孙合成', born: '1945-09-09', number: citizenNumber('320623', '1945-09-09', 873) }, { 区划代码: '999999999999' }),
    row({ name: '=1+1', born: '1947-01-02', number: citizenNumber('320623', '1947-01-02', 875) }),
  ]
}

async function upload(clerk, name, buffer) {
  await clerk.open('/transfer')
  await clerk.page.getByLabel('种类').selectOption('elders')
  await clerk.page.getByLabel('文件', { exact: true }).setInputFiles({ name, mimeType: 'text/csv', buffer })
  await clerk.press('上传并核对')
  await clerk.sees('逐行结果')
}

step('a dirty file is checked, its good rows come in, its bad rows are named with their cells', async () => {
  const clerk = await as('clerk')
  await upload(clerk, '老年人.csv', csv(roster()))
  await clerk.sees('核对完成，尚未写入任何数据')
  await clerk.sees('校验')
  await clerk.shot('import-checked', { document: true })
  await clerk.press('确认导入')
  await clerk.sees('整批撤回').catch(() => {})
  await clerk.page.getByRole('button', { name: '整批撤回' }).waitFor({ timeout: 60_000 })
})

step('the refused rows are downloaded, mended and brought in again', async () => {
  const clerk = await as('clerk')
  const { bytes } = await clerk.download('下载被拒行（xlsx）')
  assert.ok(!hasFormula(bytes), 'a formula went out')
  const [head, ...refused] = rows(bytes)
  assert.equal(refused.length, 3, JSON.stringify(refused))
  const at = (name) => head.indexOf(name)
  const village = someVillage()
  const mended = refused.map((row) => {
    const cells = [...row]
    if (cells[at('姓名')] === SPOUSE.name) cells[at('身份证号')] = SPOUSE.number
    cells[at('区划代码')] = village
    if (cells[at('姓名')].includes('=1+1')) cells[at('姓名')] = '李合成'
    return cells
  })
  await upload(clerk, '老年人-改正.csv', csv([head, ...mended]))
  await clerk.press('确认导入')
  await clerk.page.getByRole('button', { name: '整批撤回' }).waitFor({ timeout: 60_000 })
  assert.match(await clerk.text(), /新增\s*3/)
})

step('the elder is found by name, pinyin, initials and the tail of the number', async () => {
  const clerk = await as('clerk')
  for (const words of [ELDER.name, '秦合', 'qinhecheng', 'qhc', ELDER.number.slice(-6)]) {
    await clerk.open(`/elders?q=${encodeURIComponent(words)}`)
    await clerk.page.getByRole('link', { name: ELDER.name }).first().waitFor()
  }
  await clerk.follow(ELDER.name)
  ELDER.path = new URL(clerk.page.url()).pathname
  ELDER.id = ELDER.path.split('/').at(-1)
})

step('an application is made and admitted, two assessors are named', async () => {
  const clerk = await as('clerk')
  await clerk.open(`/assessments/new?elder=${ELDER.id}&scale=ltci2021`)
  await clerk.page.getByLabel('联系电话').fill('19900001234')
  await clerk.page.getByLabel('失能状态开始日期').fill('2025-12-01')
  for (const question of await clerk.page.locator('fieldset:has(input[name^=screen])').all()) {
    await question.locator('input').last().check()
  }
  await clerk.press('提交申请')
  ELDER.assessment = new URL(clerk.page.url()).pathname
  await clerk.press('受理')
  for (const [seat, user] of [[1, 'assessor1'], [2, 'assessor2']]) {
    const assessor = await as(user)
    const name = (await assessor.page.locator('a[href="/account"]').innerText()).trim()
    const choice = clerk.page.getByLabel(`评估员 ${seat}`)
    const value = await choice.locator('option', { hasText: name }).first().getAttribute('value')
    await choice.selectOption(value)
  }
  await clerk.press('指派')
})

// Answers with the worst option of each item; `milder` leaves one item a step better, so that the two forms differ.
async function fillForm(assessor, { milder = false } = {}) {
  const { page } = assessor
  await assessor.open(ELDER.assessment)
  await assessor.follow('填写评估表')
  const cards = await page.locator('fieldset[id^="q-"]').all()
  for (const [n, card] of cards.entries()) {
    const options = card.locator('label.form-selectgroup-item')
    const count = await options.count()
    const kept = page.waitForResponse((response) => response.request().method() === 'POST')
    if (count === 0) {
      await card.locator('input').fill('0')
      await card.locator('input').blur()
    } else if (await card.locator('input[value="0"] ~ div:has-text("否")').count()) {
      await options.first().click()
    } else {
      await options.nth(milder && n === 0 ? count - 2 : count - 1).click()
    }
    await kept
  }
  await assessor.sees('已全部答完，可以提交')
  if (!milder) await assessor.shot('assessment-form')
  await assessor.press('提交评估表')
}

step('two assessors fill in whole forms that differ, and agree with a reason', async () => {
  await fillForm(await as('assessor1'))
  const second = await as('assessor2')
  await fillForm(second, { milder: true })
  await second.open(ELDER.assessment)
  await second.sees('评分不一致')
  for (const question of await second.page.locator('fieldset:has(input[type=radio])').all()) {
    await question.locator('input[type=radio]').last().check()
  }
  await second.page.getByLabel('合议理由').fill('共同到床前复看，须完全依赖他人')
  await second.press('登记合议结果')
})

step('the result is reviewed, put up for notice, and takes effect when nobody objects', async () => {
  const insurer = await as('insurer')
  await insurer.open(ELDER.assessment)
  await insurer.press('审核通过')
  await insurer.press('开始公示')
  await insurer.sees('公示期')
  await demo.serve('2026-10-20 09:00:00')
  const back = await as('insurer')
  await back.open('/assessments/notices')
  const close = back.page.getByRole('button', { name: /公示期满|生效/ })
  if (await close.count()) await back.press(await close.first().innerText())
  await back.open(ELDER.assessment)
  await back.sees('等级的得出过程')
  await back.sees('生效')
  await back.shot('assessment', { document: true })
})
