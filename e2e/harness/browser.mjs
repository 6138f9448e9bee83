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
]
const root = join(import.meta.dirname ?? new URL('.', import.meta.url).pathname, '../..')
const SHOTS = join(root, 'test-results')
const IMAGES = join(root, 'docs/images')

/** Without a Chinese font every picture would show boxes. */
export function assertChineseFont() {
  const fonts = execFileSync('fc-list', [':lang=zh', 'family'], { encoding: 'utf8' })
  assert.ok(fonts.trim(), 'no Chinese font here; on Debian: apt-get install fonts-noto-cjk')
}

/** A browser and a page that keeps a list of what went wrong on it. */
export async function openBrowser({ width = 1280, height = 860 } = {}) {
  assertChineseFont()
  const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium'
  const browser = await chromium.launch({ executablePath, args: FLAGS, headless: true })
  const context = await browser.newContext({
    viewport: { width, height },
    locale: 'zh-CN',
    timezoneId: 'Asia/Shanghai',
    acceptDownloads: true,
  })
  const page = await context.newPage()
  const complaints = listen(page)
  return { browser, context, page, complaints, close: () => browser.close() }
}

function listen(page) {
  const complaints = []
  page.on('pageerror', (error) => complaints.push(`script: ${error.message}`))
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(`console: ${message.text()}`)
  })
  page.on('response', (response) => {
    if (response.status() >= 500) complaints.push(`${response.status()} ${response.url()}`)
  })
  return complaints
}

/** A picture under test-results/; with UPDATE_SHOTS=1 also the one that the documents show. */
export async function shot(page, name, { document = false, fullPage = false } = {}) {
  mkdirSync(SHOTS, { recursive: true })
  await page.screenshot({ path: join(SHOTS, `${name}.png`), fullPage })
  if (document && process.env.UPDATE_SHOTS === '1') {
    mkdirSync(IMAGES, { recursive: true })
    await page.screenshot({ path: join(IMAGES, `${name}.png`), fullPage })
  }
}

/** Logs in through the form; fails when the page that follows still asks for a log-in. */
export async function logIn(page, url, { user, password }) {
  await page.goto(`${url}/login`)
  await page.fill('input[name=login]', user)
  await page.fill('input[name=password]', password)
  await submit(page, 'form:has(input[name=password])')
  assert.ok(!new URL(page.url()).pathname.startsWith('/login'), `log-in of ${user} was refused`)
}

/** Presses the submit button of a form and waits for the page that follows. */
export async function submit(page, form) {
  await Promise.all([page.waitForLoadState('load'), page.locator(`${form} [type=submit]`).first().click()])
  await page.waitForLoadState('networkidle')
}

/** The text of the page's main part. */
export const text = (page) => page.locator('main, .page-body, body').first().innerText()
