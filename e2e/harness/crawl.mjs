// Follows every link of the program as one person and looks at each kind of page.
import assert from 'node:assert/strict'

const SAME_KIND = 2
const MOST = 150

/** `/elders/0193…/assess?x=1` and its sisters are one kind of page. */
export function kindOf(address) {
  const { pathname } = new URL(address, 'http://x')
  const isId = (part) => /^[0-9a-f-]{12,}$/.test(part) || /^\d{4,}(-\d+)?$/.test(part)
  return pathname.split('/').map((part) => (isId(part) ? ':id' : part)).join('/')
}

/**
 * Visits up to two pages of each kind and gives what was wrong, and the kinds seen.
 * @param {import('playwright-core').Page} page
 */
export async function crawl(page, start) {
  const origin = new URL(start).origin
  const seen = new Map()
  const wrong = []
  const queue = [start]
  const queued = new Set(queue)
  while (queue.length > 0 && queued.size - queue.length < MOST) {
    const address = queue.shift()
    const kind = kindOf(address)
    const times = seen.get(kind) ?? 0
    if (times >= SAME_KIND) continue
    seen.set(kind, times + 1)
    const links = await visit(page, address, wrong)
    for (const link of links) {
      const next = new URL(link, address)
      next.hash = ''
      const fresh = next.origin === origin && !queued.has(next.href) && (seen.get(kindOf(next.href)) ?? 0) < SAME_KIND
      if (!fresh || next.pathname === '/logout') continue
      queued.add(next.href)
      queue.push(next.href)
    }
  }
  return { kinds: [...seen.keys()].sort(), wrong }
}

async function visit(page, address, wrong) {
  const answer = await page.request.get(address)
  const path = new URL(address).pathname
  if (answer.status() >= 400) {
    wrong.push(`${path}: ${answer.status()}`)
    return []
  }
  if (!(answer.headers()['content-type'] ?? '').startsWith('text/html')) return []
  await page.goto(address, { waitUntil: 'load' })
  for (const complaint of await page.evaluate(look)) wrong.push(`${path}: ${complaint}`)
  return page.$$eval('a[href]', (links) => links.map((link) => link.href).filter((href) => href.startsWith('http')))
}

// Runs in the page: what a person with a keyboard, a screen reader or large letters would stumble over, and what nobody but the
// program can read. What programs are told stands in `code`.
function look() {
  const complaints = []
  const shown = (element) => element.getClientRects().length > 0
  if (!document.title.trim()) complaints.push('no title')
  if (document.querySelectorAll('h1').length !== 1) complaints.push('not exactly one h1')
  if (document.documentElement.lang !== 'zh-CN') complaints.push(`lang is ${document.documentElement.lang}`)
  for (const image of document.querySelectorAll('img:not([alt])')) complaints.push(`image without alt: ${image.src}`)
  for (const field of document.querySelectorAll('input:not([type=hidden]), select, textarea')) {
    const named = field.labels?.length || field.ariaLabel || field.getAttribute('aria-labelledby') || field.title
    if (!named && shown(field)) complaints.push(`field without a name: ${field.name || field.id}`)
  }
  for (const button of document.querySelectorAll('button, a[href]')) {
    const named = button.textContent.trim() || button.ariaLabel || button.title
    if (!named && shown(button)) complaints.push('button or link without a name')
  }
  const ids = [...document.querySelectorAll('[id]')].map((element) => element.id)
  const twice = ids.filter((id, n) => ids.indexOf(id) !== n)
  if (twice.length > 0) complaints.push(`id used twice: ${[...new Set(twice)].slice(0, 3).join(', ')}`)
  const read = document.body.cloneNode(true)
  for (const unread of read.querySelectorAll('script, style, code')) unread.remove()
  const codes = read.textContent.match(/[A-Za-z]+_\w+|\b(?:null|undefined|true|false|NaN)\b|\b\d{4}-\d\d-\d\dT|\w+\.toml\b|[{[]"/g)
  if (codes) complaints.push(`codes instead of words: ${[...new Set(codes)].slice(0, 3).join(', ')}`)
  return complaints
}

/** At 200 % the page gives way instead of running out of the window. */
export async function assertReadableAtTwice(page) {
  const size = page.viewportSize()
  await page.setViewportSize({ width: Math.floor(size.width / 2), height: size.height })
  const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
  await page.setViewportSize(size)
  assert.ok(over <= 1, `${page.url()} runs ${over} px out of the window at 200 %`)
}
