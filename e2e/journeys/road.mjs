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
  test(`${engine}: ${name}`, async (t) => {
    if (broken) return t.skip(`not reached: ${broken}`)
    broken = name
    await work().catch(async (error) => {
      for (const [user, person] of people) await person.shot(`failed-${engine}-${user}`, { fullPage: true })
      throw error
    })
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

// The check runs in the background; the page renews itself.
async function upload(clerk, name, buffer) {
  await clerk.open('/transfer')
  await clerk.page.getByLabel('种类').selectOption('elders')
  await clerk.page.getByLabel('文件', { exact: true }).setInputFiles({ name, mimeType: 'text/csv', buffer })
  await clerk.press('上传并核对')
  await clerk.sees('逐行结果')
  await clerk.sees('核对完成，尚未写入任何数据')
}

step('a dirty file is checked, its good rows come in, its bad rows are named with their cells', async () => {
  const clerk = await as('clerk')
  await upload(clerk, '老年人.csv', csv(roster()))
  await clerk.sees('核对完成，尚未写入任何数据')
  await clerk.sees('校验')
  await clerk.shot('import-checked', { document: true })
  await clerk.press('确认导入')
  await clerk.page.getByRole('button', { name: '整批撤回' }).waitFor({ timeout: 60_000 })
})

step('the refused rows are downloaded, mended and brought in again', async () => {
  const clerk = await as('clerk')
  const { bytes } = await clerk.download('下载被拒行（xlsx）')
  assert.ok(!hasFormula(bytes), 'a formula went out')
  const [head, ...refused] = rows(bytes)
  assert.equal(refused.length, 3, JSON.stringify(refused))
  const at = (name) => head.findIndex((title) => title.replace('*', '') === name)
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

/** How many the figure counts, as its page says. */
async function counted(user, code, query = '') {
  const person = await as(user)
  await person.open(`/indicators/${code}${query}`)
  const words = await person.page.getByRole('link', { name: /^已计入/ }).first().innerText()
  return Number(words.replace(/\D/g, ''))
}

step('the family doctor signs with consent and does what was promised; the management rate moves', async () => {
  const before = await counted('supervisor', 'NT-2.1.1')
  const doctor = await as('doctor')
  await doctor.open(`/contracts/new?elder=${ELDER.id}`)
  await doctor.page.getByLabel('同意签约', { exact: true }).check()
  await doctor.press('保存征询结果')
  await doctor.press('签约')
  await doctor.sees('服务项与履约')
  await doctor.shot('contract', { document: true })
  await doctor.follow('登记完成', doctor.page.locator('tr', { hasText: '体检' }).first())
  await doctor.page.getByLabel('收缩压（毫米汞柱）').fill('138')
  await doctor.page.getByLabel('舒张压（毫米汞柱）').fill('82')
  for (const done of ['已建立（更新）健康档案', '已作健康指导', '体检表填写完整']) await doctor.page.getByLabel(done).check()
  await doctor.press('登记体检')
  await doctor.sees('已登记完成')
  assert.equal(await counted('supervisor', 'NT-2.1.1'), before + 1)
})

step('the level gives an entitlement, with its clause beside it', async () => {
  const insurer = await as('insurer')
  await insurer.open('/ltci/entitlements/pending')
  await insurer.press('核定', insurer.page.locator('tr', { hasText: ELDER.name }))
  await insurer.sees('金额限额')
  ELDER.entitlement = new URL(insurer.page.url()).pathname
  await insurer.shot('entitlement', { document: true })
  const station = await as('station')
  const place = await station.page.locator('.yy-place').innerText()
  const options = await insurer.page.getByLabel('服务机构').locator('option').all()
  for (const option of options) {
    const name = (await option.innerText()).trim()
    if (place.includes(name)) await insurer.page.getByLabel('服务机构').selectOption(await option.getAttribute('value'))
  }
  await insurer.press('指定')
})

step('the station plans visits and puts them on the calendar', async () => {
  const carer = await as('carer')
  const name = (await carer.page.locator('a[href="/account"]').innerText()).trim()
  const station = await as('station')
  await station.open(ELDER.entitlement)
  await station.follow('制定照护计划')
  if (!(await station.page.getByRole('button', { name: '保存计划' }).count())) await station.press('选定机构')
  const able = station.page.locator('tr', { has: station.page.locator('select option', { hasText: name }) }).first()
  await able.locator('input[type=number]').fill('3')
  await able.locator('select').selectOption({ value: await able.locator('option', { hasText: name }).first().getAttribute('value') })
  await station.press('保存计划')
  ELDER.plan = new URL(station.page.url()).pathname
  await station.open('/ltci/plans')
  await station.press('排班')
  await station.open(ELDER.plan)
  const times = /(2026-10-\d\d) (\d\d:\d\d)—(\d\d:\d\d)/
  await station.sees(times)
  const lines = await station.page.locator('tbody tr').allInnerTexts()
  ELDER.visits = lines.map((line) => line.match(times)).filter(Boolean).map(([, day, from, to]) => ({ day, from, to }))
  ELDER.visits.sort((one, other) => one.day.localeCompare(other.day))
  assert.ok(ELDER.visits.length >= 2, lines.join('\n'))
})

step('the carer checks in and out with time and place', async () => {
  const { day, from, to } = ELDER.visits[0]
  await demo.serve(`${day} ${from}:00`)
  const carer = await as('carer')
  await carer.context.grantPermissions(['geolocation'])
  await carer.context.setGeolocation({ longitude: 121.19, latitude: 32.32, accuracy: 15 })
  const visit = () => carer.page.locator('.yy-visit', { hasText: ELDER.name })
  await carer.open('/visits/mine')
  await carer.page.waitForFunction(() => document.querySelector('form[data-geo] [name=lon]').value !== '')
  await carer.press('签到', visit())
  await carer.sees('已签到')
  await demo.serve(`${day} ${to}:30`)
  const back = await as('carer')
  await back.open('/visits/mine')
  await back.shot('visit')
  await back.press('签退', visit())
  await back.sees('已签退')
})

step('a visit that nobody noted in time is entered late, with the reason', async () => {
  const { day } = ELDER.visits[1]
  await demo.serve(`${day} 22:00:00`)
  const station = await as('station')
  await station.open(ELDER.plan)
  await station.follow(new RegExp(`^${day}`))
  const reason = station.page.getByLabel('原因', { exact: true })
  if (!(await reason.isVisible())) await station.page.locator('summary', { hasText: '补录' }).click()
  await reason.fill('手机没电，回站后补录')
  await station.press('补录')
  await station.sees('手机没电')
})

step('the month is tried out, settled, and the indicator moves', async () => {
  await demo.serve('2026-11-12 09:00:00')
  const insurer = await as('insurer')
  const before = await counted('insurer', 'NT-1.3d', '?month=2026-10')
  await insurer.open('/ltci/settlements')
  await insurer.follow('2026年10月')
  await insurer.press('试算')
  await insurer.page.waitForURL(/\/ltci\/settlements\/[0-9a-f-]{30,}/, { timeout: 120_000 })
  await insurer.press('结算')
  await insurer.page.waitForURL(/\/ltci\/settlements\/[0-9a-f-]{30,}/, { timeout: 120_000 })
  await insurer.sees('登记拨付')
  ELDER.settlement = new URL(insurer.page.url()).pathname
  await insurer.shot('settlement', { document: true })
  await insurer.open(`${ELDER.settlement}/lines?elder=${ELDER.id}`)
  assert.equal(await insurer.page.locator('tbody tr', { hasText: ELDER.name }).count() >= 2, true)
  assert.ok((await counted('insurer', 'NT-1.3d', '?month=2026-10')) > before)
  await insurer.follow(/^已计入/)
  await insurer.sees(ELDER.name)
  await insurer.open('/indicators')
  await insurer.shot('indicators', { document: true })
})

step('the sheet is printed on A4 and handed out as a workbook without formulas', async () => {
  const insurer = await as('insurer')
  await insurer.open(ELDER.settlement)
  const { bytes, name } = await insurer.download('下载 Excel')
  assert.match(name, /\.xlsx$/)
  assert.ok(rows(bytes).flat().includes('合计'))
  assert.ok(!hasFormula(bytes))
  await insurer.open(`${ELDER.settlement}/sheet`)
  await insurer.sees('基金支付（大写）')
  const paper = await insurer.page.pdf({ format: 'A4' })
  assert.ok(paper.subarray(0, 5).toString() === '%PDF-' && paper.length > 10_000)
  await insurer.page.emulateMedia({ media: 'print' })
  await insurer.shot('settlement-sheet', { document: true, fullPage: true })
  await insurer.page.emulateMedia({ media: null })
})

step("the elder's page is one timeline of it all", async () => {
  const clerk = await as('clerk')
  await clerk.open(ELDER.path)
  for (const words of ['评估', '签约', '体检', '待遇', '结算']) await clerk.sees(words)
  await clerk.shot('elder', { document: true })
})

step('no page complained', async () => {
  const all = [...people].flatMap(([user, person]) => person.complaints.map((complaint) => `${user}: ${complaint}`))
  assert.deepEqual(all, [])
})
