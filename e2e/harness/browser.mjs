// Debian's Chromium, driven by playwright-core. Everything that a page complains about is a failure.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { chromium } from 'playwright-core'

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-dev-shm-usage',
  '--lang=zh-CN',
]
const root = join(import.meta.dirname ?? new URL('.', import.meta.url).pathname, '../..')
const SHOTS = join(root, 'test-results')
const IMAGES = join(root, 'docs/images')

/** Without a Chinese font every picture would show boxes. */
export function assertChineseFont() {
  const fonts = execFileSync('fc-list', [':lang=zh', 'family'], { encoding: 'utf8' })
  assert.ok(fonts.trim(), 'no Chinese font here; on Debian: apt-get install fonts-noto-cjk')
}

/** A browser for several people, each with a window of their own. */
export async function openBrowser(more = []) {
  assertChineseFont()
  const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium'
  return chromium.launch({ executablePath, args: [...FLAGS, ...more], headless: true, env: { ...process.env, LANGUAGE: 'zh_CN' } })
}

/** A telephone with a store of its own in a folder: what it keeps is there when its browser is opened again. */
export async function openTelephone(folder) {
  assertChineseFont()
  const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium'
  const telephone = await chromium.launchPersistentContext(folder, {
    executablePath,
    args: FLAGS,
    viewport: { width: 390, height: 844 },
    locale: 'zh-CN',
    timezoneId: 'Asia/Shanghai',
    permissions: ['geolocation'],
    geolocation: { longitude: 121.19, latitude: 32.32, accuracy: 15 },
  })
  return telephone
}

/** Somebody at a window, and what the pages there complained about. */
export class Person {
  static async at(browser, { width = 1280, height = 860 } = {}) {
    const person = new Person()
    person.context = await browser.newContext({
      viewport: { width, height },
      locale: 'zh-CN',
      timezoneId: 'Asia/Shanghai',
      acceptDownloads: true,
    })
    person.page = await person.context.newPage()
    person.complaints = listen(person.page)
    person.page.on('response', (response) => {
      if (response.request().isNavigationRequest()) person.status = response.status()
    })
    return person
  }

  /** Logs in through the form. */
  async logIn(url, { user, password }) {
    this.url = url
    await this.page.goto(`${url}/login`)
    // Back within half an hour: the session still holds.
    if (new URL(this.page.url()).pathname !== '/login') return
    await this.page.fill('input[name=login]', user)
    await this.page.fill('input[name=password]', password)
    await this.press('登录')
    assert.ok(!new URL(this.page.url()).pathname.startsWith('/login'), `log-in of ${user} was refused`)
  }

  /** Opens an address of the program. */
  async open(path) {
    const answer = await this.page.goto(new URL(path, this.url).href)
    assert.equal(answer.status(), 200, `${path}: ${answer.status()}\n${await this.text()}`)
    await this.settled()
  }

  /** Presses a button, says yes when asked, and waits for the page that follows. */
  async press(name, within = this.page) {
    const button = within.getByRole('button', { name, exact: true }).first()
    const asks = (await button.getAttribute('data-confirm')) ?? (await button.locator('xpath=ancestor::form').getAttribute('data-confirm'))
    if (asks) await button.click()
    const last = asks ? this.page.locator('dialog button[value=yes]') : button
    await Promise.all([this.page.waitForEvent('load'), last.click()])
    await this.settled()
    assert.ok(this.status < 400, `${name} was answered with ${this.status}:\n${await this.text()}`)
  }

  /** Follows a link by its text. */
  async follow(name, within = this.page) {
    await Promise.all([this.page.waitForEvent('load'), within.getByRole('link', { name }).first().click()])
    await this.settled()
  }

  /** Presses what hands out a file and gives its bytes. */
  async download(name, within = this.page) {
    const button = within.getByRole('link', { name }).or(within.getByRole('button', { name })).first()
    const [file] = await Promise.all([this.page.waitForEvent('download'), button.click()])
    const chunks = []
    for await (const chunk of await file.createReadStream()) chunks.push(chunk)
    return { name: file.suggestedFilename(), bytes: Buffer.concat(chunks) }
  }

  /** What the page says. */
  text() {
    return this.page.locator('main').or(this.page.locator('body:not(:has(main))')).first().innerText()
  }

  /** The page says this, now or soon. */
  async sees(words) {
    const found = this.page.locator('main').getByText(words).first()
    await found.waitFor({ state: 'attached', timeout: 60_000 }).catch(async () => {
      assert.fail(`${this.page.url()} does not say ${words}:\n${await this.text()}`)
    })
  }

  /** All that the page still fetches and draws has come. */
  async settled() {
    await this.page.waitForLoadState('networkidle')
  }

  /** A picture under test-results/; with UPDATE_SHOTS=1 also the one that the documents show. */
  async shot(name, { document = false, fullPage = false } = {}) {
    mkdirSync(SHOTS, { recursive: true })
    const picture = await this.page.screenshot({ path: join(SHOTS, `${name}.png`), fullPage })
    if (document && process.env.UPDATE_SHOTS === '1') {
      mkdirSync(IMAGES, { recursive: true })
      await this.page.screenshot({ path: join(IMAGES, `${name}.png`), fullPage })
    }
    return picture
  }
}

function listen(page) {
  const complaints = []
  page.on('pageerror', (error) => complaints.push(`script: ${error.message}`))
  page.on('console', (message) => {
    // A refusal that the journey provokes on purpose is looked at where it is provoked.
    const refusal = /status of 4\d\d/.test(message.text())
    if (message.type() === 'error' && !refusal) complaints.push(`console: ${message.text()}`)
  })
  page.on('response', (response) => {
    if (response.status() >= 500) complaints.push(`${response.status()} ${response.url()}`)
  })
  return complaints
}
