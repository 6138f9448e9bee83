// A daughter gets a way to her mother's page, reads it on a telephone, takes a consent back, and the doctor finds it as work.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { openBrowser, Person } from '../harness/browser.mjs'
import { Demo, engine } from '../harness/server.mjs'

const TELEPHONE = { width: 390, height: 844 }
const OWN = 'regenschirm-7'
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

/** Somebody with one of the printed log-ins. */
async function someone(name, size) {
  const person = await Person.at(browser, size)
  await person.logIn(demo.url, demo.logIns().get(name))
  return person
}

// What a 75-year-old needs of a page: letters of 20 px, targets of 48 px, nothing out of the window.
function small() {
  const shown = (element) => element.getClientRects().length > 0 && element.offsetParent !== null
  const found = []
  for (const element of document.querySelectorAll('main *, main ~ footer *')) {
    const text = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim())
    const size = Number.parseFloat(getComputedStyle(element).fontSize)
    if (text && shown(element) && size < 20) found.push(`${element.textContent.trim().slice(0, 20)}: ${size} px`)
  }
  for (const target of document.querySelectorAll('main a[href], button, summary')) {
    const { height, width } = target.getBoundingClientRect()
    if (shown(target) && (height < 48 || width < 48)) found.push(`${target.textContent.trim()}: ${width} × ${height}`)
  }
  const over = document.documentElement.scrollWidth - document.documentElement.clientWidth
  if (over > 0) found.push(`${over} px out of the window`)
  return found
}

/** The form of an access for the second daughter, sent. */
async function fill(page, { checked }) {
  await page.getByLabel('身份', { exact: true }).selectOption('agent')
  await page.getByLabel('姓名').fill('王小红')
  await page.getByLabel('与老年人的关系').fill('次女')
  await page.getByLabel('证明文件编号').fill('委托书 12 号')
  await page.getByLabel('登录名').fill('13900001111')
  if (checked) await page.getByLabel('已当面核对').check()
  await page.getByRole('button', { name: '开通并打印登录条' }).click()
}

test(`${engine}: a daughter sees her mother's page, takes a consent back, and is told when her time is over`, async () => {
  const clerk = await someone('clerk')
  // The elder of the printed log-in: her page is known, and something is shared for her.
  const known = await someone('family', TELEPHONE)
  const elder = new URL(known.page.url()).pathname.split('/').pop()
  await known.context.close()

  await clerk.page.goto(`${demo.url}/family/accesses/${elder}`)
  await fill(clerk.page, { checked: false })
  await clerk.sees('FA-02')
  await clerk.page.goto(`${demo.url}/family/accesses/${elder}`)
  await fill(clerk.page, { checked: true })
  const slip = clerk.page.locator('.yy-slip')
  await slip.waitFor()
  await clerk.shot('family-slip')
  const password = await slip.locator('code').innerText()

  const daughter = await Person.at(browser, TELEPHONE)
  await daughter.page.goto(demo.url)
  await daughter.page.getByLabel('登录名').fill('13900001111')
  await daughter.page.getByLabel('密码').fill(password)
  await daughter.page.getByRole('button', { name: '登录' }).click()
  await daughter.sees('请换成您自己记得住的密码')
  assert.deepEqual(await daughter.page.evaluate(small), [])
  await daughter.page.getByLabel('现在的密码').fill(password)
  await daughter.page.getByLabel('新密码', { exact: true }).fill(OWN)
  await daughter.page.getByLabel('再输一次新密码').fill(OWN)
  await daughter.page.getByRole('button', { name: '修改密码' }).click()
  await daughter.page.waitForURL(new RegExp(`/family/${elder}$`))

  for (const words of ['下一次', '血压血糖监测、伤口换药', '打电话', '接下来：', '委托代理人', '转诊资料共享']) await daughter.sees(words)
  assert.match(await daughter.page.locator('a.yy-dial').first().getAttribute('href'), /^tel:\d{3,}$/)
  await daughter.page.getByText('查看和撤回').click()
  assert.deepEqual(await daughter.page.evaluate(small), [])
  await daughter.shot('family-page', { fullPage: true })

  const sharing = daughter.page.locator('.yy-consent').filter({ has: daughter.page.getByText('转诊资料共享') })
  await sharing.getByRole('link', { name: '不再同意' }).click()
  await daughter.sees('对方机构从现在起不能再看共享的资料')
  assert.deepEqual(await daughter.page.evaluate(small), [])
  await daughter.page.getByRole('button', { name: '撤回同意' }).click()
  await daughter.sees('已撤回')
  await daughter.sees('您撤回过给')

  const doctor = await someone('doctor')
  await doctor.sees('撤回了同意')
  await doctor.page.goto(`${demo.url}/consents/${elder}`)
  await doctor.sees('王小红（委托代理人，在家庭页上）')
  await doctor.page.getByLabel('处理情况').fill('已电话告知医院和家属')
  await doctor.page.getByRole('button', { name: '登记已处理' }).click()
  await doctor.sees('已登记处理情况')
  await doctor.shot('family-consents')

  const other = await daughter.page.goto(`${demo.url}/elders`)
  assert.equal(other.status(), 403)

  await clerk.page.goto(`${demo.url}/family/accesses/${elder}`)
  const row = clerk.page.locator('tr').filter({ hasText: '13900001111' })
  await row.getByText('结束', { exact: true }).click()
  await row.getByLabel('结束原因').fill('委托已撤销')
  await row.getByRole('button', { name: '结束查看' }).click()
  await clerk.sees('已结束，对方的家庭页上会写明')
  await daughter.page.goto(`${demo.url}/family/${elder}`)
  await daughter.sees('委托已撤销')
  assert.doesNotMatch(await daughter.text(), /打电话/)
  await daughter.shot('family-ended')

  assert.deepEqual([...clerk.complaints, ...daughter.complaints, ...doctor.complaints], [])
})
