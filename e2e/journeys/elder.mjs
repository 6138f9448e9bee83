// One elder through all of it: at home with a family doctor and day care, a fall, the green channel, the ward, a long stay that
// is only for care, an institution, home again into a home sickbed, hospice, death. Each step by whoever does it in life, two
// browsers at a time; what one side wrote stands on the other side's page, and at the end her page is one unbroken thread.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { openBrowser, Person } from '../harness/browser.mjs'
import { Demo, engine } from '../harness/server.mjs'
import { rows } from '../harness/xlsx.mjs'

// Nothing here takes as long in life: a step that does is stuck, and says where.
const PATIENCE = { timeout: 120_000 }
const ELDER = {}
const DAYS = {
  contract: '2026-10-12',
  centre: '2026-10-13',
  fall: '2026-10-14',
  transfer: '2026-11-16',
  moved: '2026-11-17',
  home: '2026-12-21',
  round: '2026-12-27',
  hospice: '2027-01-05',
  death: '2027-01-19',
  after: '2027-01-20',
}

let demo
let browser
const people = new Map()

/** Somebody by log-in, at the window that is theirs; logs in again after a break. */
async function as(user, window) {
  const person = people.get(user) ?? (await Person.at(browser, window))
  people.set(user, person)
  person.page.setDefaultTimeout(20_000)
  if (person.since !== demo.url) await person.logIn(demo.url, demo.logIns().get(user))
  person.since = demo.url
  return person
}

before(async () => {
  demo = new Demo({ elders: 300 })
  browser = await openBrowser()
  await demo.serve(`${DAYS.contract} 09:00:00`)
}, { timeout: 300_000 })

after(async () => {
  await browser?.close()
  await demo?.end()
}, PATIENCE)

// Each step stands on the one before: after a failure the rest would only repeat it.
let broken = null
const step = (name, work) =>
  test(`${engine}: ${name}`, PATIENCE, async (t) => {
    if (broken) return t.skip(`not reached: ${broken}`)
    broken = name
    await work().catch(async (error) => {
      for (const [user, person] of people) await person.shot(`failed-elder-${engine}-${user}`, { fullPage: true }).catch(() => {})
      throw error
    })
    broken = null
  })

const path = (person) => new URL(person.page.url()).pathname
const form = (person, action) => person.page.locator(`form[action$="${action}"]`)

/** Writes into the fields of a form by their names. */
async function fill(within, values) {
  for (const [name, value] of Object.entries(values)) {
    const field = within.locator(`[name="${name}"]`)
    const kind = await field.first().evaluate((e) => (e.tagName === 'SELECT' ? 'select' : e.type))
    if (kind === 'select') await field.selectOption(value)
    else if (kind === 'radio') await within.locator(`[name="${name}"][value="${value}"]`).check()
    else if (kind === 'checkbox') await field.setChecked(value)
    else await field.first().fill(String(value))
  }
}

const has = async (within, name, value) =>
  assert.equal(await within.locator(`[name="${name}"]`).first().inputValue(), value, `${name} should stand there already`)

/** What is open for her, as her thread says. */
async function open(person) {
  await person.open(`/episodes/${ELDER.id}`)
  return (await person.page.locator('.card', { hasText: '正在进行' }).first().innerText()).replace(/\s+/g, ' ')
}

/** Her places: what, from, until. */
async function places(person) {
  await person.open(`/episodes/${ELDER.id}`)
  const lines = await person.page.locator('.card:has(figure.yy-thread) tbody tr').evaluateAll((all) =>
    all.map((row) => [...row.cells].map((cell) => cell.innerText.trim())))
  return lines.reverse().map(([place, from, until]) => ({ place: place.split(/\s/)[0], from, until }))
}

/** Her paper, as the roster has it: what a person would show at a desk. */
function paper(name, tail) {
  const [head, ...all] = rows(readFileSync(join(demo.folder, 'rosters/elders.xlsx')))
  const at = (title) => head.findIndex((one) => one.replace('*', '') === title)
  const found = all.find((row) => row[at('姓名')] === name && row[at('身份证号')].endsWith(tail))
  assert.ok(found, `${name} …${tail} is in the roster`)
  return found[at('身份证号')]
}

step('a doctor signs with somebody whom carers visit at home, and writes down an allergy', async () => {
  const station = await as('station')
  await station.open('/visits?from=2026-10-14&to=2026-10-31')
  const links = await station.page.locator('main a[href^="/visits/"]').evaluateAll((all) => all.map((a) => a.getAttribute('href')))
  const known = new Set(links.map((href) => href.split('/')[2]).filter((id) => /^[0-9a-f]{32}$/.test(id)))
  const doctor = await as('doctor')
  for (const id of known) {
    await doctor.open(`/episodes/${id}`)
    if (!(await doctor.text()).includes('还没有照护全程')) continue
    await doctor.open(`/elders/${id}`)
    const file = (await doctor.text()).replace(/\s+/g, ' ')
    if (!(await doctor.page.locator('h1').innerText()).includes('女') || !/常住 是/.test(file)) continue
    // Who waits for a bed already keeps that place: a transfer would not open another.
    if (file.includes('轮候')) continue
    ELDER.id = id
    break
  }
  assert.ok(ELDER.id, `nobody new among ${known.size} elders`)
  await doctor.open(`/elders/${ELDER.id}`)
  ELDER.name = (await doctor.page.locator('h1').innerText()).trim().split(/\s/)[0]
  ELDER.tail = (await doctor.text()).match(/\d{6}\*+(\d{3}[\dX])/)[1]
  ELDER.number = paper(ELDER.name, ELDER.tail)
  await doctor.open(`/contracts/new?elder=${ELDER.id}`)
  await doctor.page.getByLabel('同意签约', { exact: true }).check()
  await doctor.press('保存征询结果')
  await doctor.press('签约')
  await doctor.open(`/chart/${ELDER.id}/new?kind=allergy`)
  await fill(doctor.page.locator('main'), { name: '青霉素', detail: '皮疹' })
  await doctor.press('保存')
  assert.deepEqual((await places(doctor)).map((p) => p.place), ['居家'])
})

step('the day-care centre registers her by her paper', async () => {
  await demo.serve(`${DAYS.centre} 09:00:00`)
  const daycare = await as('daycare')
  await daycare.open('/daycare')
  if (path(daycare) === '/daycare') await daycare.follow(/./, daycare.page.locator('main tbody'))
  await fill(daycare.page.locator('form', { hasText: '登记入托' }), { name: ELDER.name, citizen: ELDER.number })
  await daycare.press('登记入托')
  const doctor = await as('doctor')
  assert.match(await open(doctor), /日间照护/)
})

step('she falls: one line asks by the green channel, the hospital accepts, reads on and admits her at the desk', async () => {
  await demo.serve(`${DAYS.fall} 10:00:00`)
  const doctor = await as('doctor')
  await doctor.open(`/elders/${ELDER.id}`)
  await doctor.follow('绿色通道、转诊')
  await fill(doctor.page.locator('main'), { reason: ELDER.fall = '晨起在卫生间跌倒，右髋疼痛、不能站立' })
  await has(doctor.page.locator('main'), 'consent_name', ELDER.name)
  const hospital = await as('hospital')
  const place = await hospital.page.locator('.yy-place').innerText()
  const channels = await doctor.page.locator('label', { hasText: '分钟内答复' }).all()
  for (const one of channels) if (place.includes((await one.innerText()).split('，')[0].trim())) await one.click()
  await doctor.press('立即发出绿色通道')
  ELDER.green = path(doctor)
  await hospital.open('/')
  await hospital.sees(ELDER.name)
  await hospital.open(ELDER.green)
  await hospital.sees(ELDER.fall)
  await hospital.press('接受')
  await hospital.follow('查看共享的资料')
  await hospital.sees('青霉素')
  await doctor.open(ELDER.green)
  await doctor.sees('已接受')
  await hospital.open(ELDER.green)
  const desk = form(hospital, '/arrive')
  await has(desk, 'diagnosis', ELDER.fall)
  await fill(desk, { id_tail: ELDER.tail, admit: true, diagnosis: ELDER.diagnosis = '右股骨颈骨折' })
  await hospital.press('登记到诊')
  await hospital.sees('已到诊')
  const now = await open(doctor)
  assert.match(now, new RegExp(`住院.*${ELDER.diagnosis}`))
  for (const [what, number] of [['上门服务暂停', 'EP-27'], ['日间照护暂停', 'EP-54'], ['跌倒', '']]) {
    await doctor.sees(what)
    if (number) await doctor.sees(number)
  }
})

step('a month later the hospital sends its conclusion, and the family doctor follows up', async () => {
  await demo.serve(`${DAYS.transfer} 09:00:00`)
  const hospital = await as('hospital')
  await hospital.open(ELDER.green)
  await fill(form(hospital, '/conclude'), { finding: ELDER.diagnosis, done: '右髋人工关节置换术，恢复平稳', advice: '防跌倒，卧床期间防压疮' })
  await hospital.press('转回结论')
  const doctor = await as('doctor')
  await doctor.open('/')
  await doctor.sees(ELDER.name)
  await doctor.open(ELDER.green)
  await doctor.sees('右髋人工关节置换术，恢复平稳')
  await fill(form(doctor, '/follow-up'), { follow_up_note: '到病房看望，伤口愈合' })
  await doctor.press('登记随访')
})

step('her stay is long and only for care: she is listed, offered to a home, and stands in its queue', async () => {
  const hospital = await as('hospital')
  await hospital.open('/referrals/overstays')
  const line = hospital.page.locator('tr', { hasText: ELDER.name })
  assert.match(await line.innerText(), new RegExp(ELDER.diagnosis))
  await hospital.follow('照护转介', line)
  const home = await as('home')
  const place = await home.page.locator('.yy-place').innerText()
  await has(hospital.page.locator('main'), 'diagnosis', ELDER.diagnosis)
  for (const option of await hospital.page.locator('select[name=to] option').all()) {
    const name = (await option.innerText()).split('（')[0]
    if (name && place.includes(name)) await hospital.page.locator('select[name=to]').selectOption(await option.getAttribute('value'))
  }
  await hospital.press('发出转诊')
  ELDER.transfer = path(hospital)
  await home.open('/')
  await home.sees(ELDER.name)
  await home.open(ELDER.transfer)
  await home.press('接受')
  await home.follow('安排床位、办理入住')
  ELDER.resident = path(home)
  await home.sees(/轮候次序/)
  await home.sees('青霉素')
  await home.sees('照护转介自')
})

step('the hospital discharges her, the home gives her the bed that her level asks for, the transfer ends by itself', async () => {
  await demo.serve(`${DAYS.moved} 10:00:00`)
  const hospital = await as('hospital')
  await hospital.open(ELDER.transfer)
  await hospital.follow('登记出院', hospital.page.locator('main'))
  await hospital.press('登记出院')
  const home = await as('home')
  await home.open(ELDER.resident)
  const admission = form(home, '/admit')
  const beds = await admission.locator('select[name=bed] option').allInnerTexts()
  await admission.locator('select[name=bed]').selectOption({ label: beds.find((bed) => bed.includes('护理型')) })
  if (await admission.locator('[name=reason]').count()) await fill(admission, { reason: '医院照护转介，等级高' })
  await home.press('办理入住')
  await home.sees('在住')
  await home.open(ELDER.transfer)
  await home.sees('照护转介自动办结')
  const doctor = await as('doctor')
  assert.deepEqual((await places(doctor)).map((p) => p.place), ['居家', '日间照护', '住院', '养老机构'])
  await doctor.sees('日间照护结束')
})

step('home again: a home sickbed is asked for with what is known, agreed to and opened', async () => {
  await demo.serve(`${DAYS.home} 09:00:00`)
  const home = await as('home')
  await home.open(ELDER.resident)
  await fill(form(home, '/discharge'), { end_reason: '家属接回家照护' })
  await home.press('办理退住')
  const doctor = await as('doctor')
  await doctor.open(`/sickbeds/new?elder=${ELDER.id}`)
  const asked = form(doctor, '/sickbeds')
  await has(asked, 'diagnosis', ELDER.diagnosis)
  await has(asked, 'condition', 'fracture')
  assert.notEqual(await asked.locator('[name=asked_name]').inputValue(), '', 'the contact of her file')
  await fill(asked, { relation: '女儿', wish: '关节活动度训练、压疮预防' })
  await doctor.press('提交申请')
  ELDER.sickbed = path(doctor)
  await doctor.sees('青霉素')
  await fill(form(doctor, '/decide'), { stable: true, needs_treatment: true, homebound: true, home_fit: true, carer_at_home: true, accept: 'yes' })
  await doctor.press('保存审核结论')
  await doctor.press('登记同意书')
  await doctor.press('建床')
  await doctor.sees('在床')
  await fill(form(doctor, '/items'), { kind: 'rehabilitation', title: '关节活动度训练', every_days: 3 })
  await doctor.press('加入计划')
})

step('a round with vital signs', async () => {
  await demo.serve(`${DAYS.round} 09:30:00`)
  const doctor = await as('doctor')
  await doctor.open(ELDER.sickbed)
  await doctor.page.locator('summary', { hasText: '登记巡诊或出诊' }).click()
  const round = form(doctor, '/rounds')
  await fill(round, { temperature: '37.2', pulse: 96, sbp: 148, dbp: 84, spo2: 91, found: '进食很少，消瘦明显，气短' })
  await doctor.press('登记', round)
  await doctor.sees('148/84')
})

step('she nears the end: hospice is asked for from the bed, planned with the family, read by her carer on the telephone', async () => {
  await demo.serve(`${DAYS.hospice} 09:00:00`)
  const doctor = await as('doctor')
  await doctor.open(ELDER.sickbed)
  await doctor.page.locator('summary', { hasText: '病情变化，联系医师' }).click()
  await doctor.follow('申请安宁疗护')
  const asked = form(doctor, '/hospice')
  await has(asked, 'diagnosis', ELDER.diagnosis)
  assert.notEqual(await asked.locator('[name=judged_by]').inputValue(), '')
  assert.notEqual(await asked.locator('[name=hospital]').inputValue(), '')
  await fill(asked, { terminal: 'true', prognosis_months: 1, agreed: 'yes' })
  await doctor.press('提交申请')
  ELDER.hospice = path(doctor)
  await doctor.press('接收，开始疗护')
  await doctor.follow('写计划')
  const plan = form(doctor, '/plan')
  await fill(plan, { goals: '在家里，不疼，儿女在身边', symptoms: '疼痛：按时服药；加重时打电话', comfort: '两小时翻身，口腔护理' })
  await fill(plan, { contact_name: '家庭医生', contact_role: '疼痛、气短加重', contact_phone: '0513-84500000' })
  await doctor.press('保存为新的一版')
  await doctor.page.locator('summary', { hasText: '登记知悉' }).click()
  await fill(form(doctor, '/seen'), { party: 'family', name: '女儿' })
  await doctor.press('已说明，登记知悉')
  const carer = await as('carer', { width: 390, height: 844 })
  await carer.open(ELDER.hospice)
  await carer.sees('两小时翻身')
  await carer.sees('青霉素')
  await doctor.follow('登记巡访')
  await fill(form(doctor, '/round'), { pain: '3', breath: '2', note: '安睡' })
  await doctor.press('保存巡访')
  await carer.open(ELDER.hospice)
  await carer.sees('安睡')
  await carer.shot('elder-hospice-telephone', { fullPage: true })
  await doctor.open(`/episodes/${ELDER.id}`)
  await doctor.shot('elder-thread', { document: true })
  await carer.open(`/episodes/${ELDER.id}`)
  await carer.page.locator('.card:has(figure.yy-thread)').evaluate((card) => window.scrollTo({ top: card.offsetTop - 72, behavior: 'instant' }))
  await carer.shot('elder-thread-telephone', { document: true })
})

step('she dies at home: everything closes with its reason, and the family is not forgotten', async () => {
  await demo.serve(`${DAYS.after} 09:00:00`)
  const clerk = await as('clerk')
  await clerk.open(`/elders/${ELDER.id}/edit`)
  await fill(clerk.page.locator('main form').first(), { status: 'dead', died_on: DAYS.death })
  await clerk.press('保存')
  const doctor = await as('doctor')
  const still = await open(doctor)
  assert.match(still, /丧亲随访/)
  assert.doesNotMatch(still, /家庭病床|长护险|签约|转诊|上门|日间/)
  for (const what of ['家庭病床结束', '家庭医生签约结束', '长护险待遇结束', '照护结束']) await doctor.sees(what)
})

step('her page is one thread without a gap, and says each thing once', async () => {
  const doctor = await as('doctor')
  const all = await places(doctor)
  assert.deepEqual(all.map((p) => p.place), ['居家', '日间照护', '住院', '养老机构', '家庭病床', '安宁疗护'])
  const changes = [DAYS.contract, DAYS.centre, DAYS.fall, DAYS.moved, DAYS.home, DAYS.hospice, DAYS.death]
  assert.deepEqual([...all.map((p) => p.from), all.at(-1).until], changes)
  assert.deepEqual(all.map((p) => p.until), changes.slice(1), 'each begins when the one before it ends')
  await doctor.open(`/elders/${ELDER.id}`)
  const told = await doctor.page.locator('main').evaluate((main) => main.textContent)
  for (const move of [/居家 → 日间照护/g, /日间照护（[^）]*） → 住院/g, /住院（[^）]*） → 养老机构/g, /养老机构（[^）]*） → 家庭病床/g, /家庭病床（[^）]*） → 安宁疗护/g])
    assert.equal(told.match(move)?.length, 1, String(move))
  for (const once of [ELDER.fall, 'EP-27', 'EP-35', 'EP-53', 'EP-54']) assert.equal(told.split(once).length - 1, 1, `${once} stands once`)
  await doctor.shot('elder-timeline', { fullPage: true })
  const phone = await as('supervisor', { width: 390, height: 844 })
  await phone.open(`/elders/${ELDER.id}`)
  await phone.shot('elder-timeline-telephone', { fullPage: true })
})

step('no page complained', async () => {
  const all = [...people].flatMap(([user, person]) => person.complaints.map((complaint) => `${user}: ${complaint}`))
  assert.deepEqual(all, [])
})
