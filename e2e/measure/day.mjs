// How long a carer waits for the day's page on a slow telephone line, for `cargo xtask bench`: prints names and numbers.
import { createServer } from 'node:http'
import { openTelephone } from '../harness/browser.mjs'
import { Demo, temporaryFolder } from '../harness/server.mjs'

// The line that web measurements call "slow 4G": 150 ms there and back, 1.6 Mbit/s down, 750 kbit/s up.
const LINE = { offline: false, latency: 150, downloadThroughput: (1.6e6 / 8) | 0, uploadThroughput: (750e3 / 8) | 0 }
// Runs of which the median counts.
const RUNS = 5
const BARE = '<!doctype html><meta charset=utf-8><title>bare</title><p>bare'

const median = (all) => all.toSorted((a, b) => a - b)[all.length >> 1]

/** Milliseconds until something is painted on a page that is opened over the slow line with nothing kept. */
async function firstPaint(telephone, url) {
  const page = await telephone.newPage()
  const line = await telephone.newCDPSession(page)
  await line.send('Network.enable')
  await line.send('Network.clearBrowserCache')
  await line.send('Network.emulateNetworkConditions', LINE)
  const bytes = { script_style: 0 }
  const kinds = new Map()
  line.on('Network.responseReceived', ({ requestId, type }) => kinds.set(requestId, type))
  line.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    if (['Script', 'Stylesheet'].includes(kinds.get(requestId))) bytes.script_style += encodedDataLength
  })
  await page.goto(url, { waitUntil: 'networkidle' })
  const paint = () => performance.getEntriesByName('first-contentful-paint')[0]?.startTime
  await page.waitForFunction(paint)
  const painted = await page.evaluate(paint)
  await page.close()
  return { painted, bytes: bytes.script_style }
}

async function logIn(telephone, demo) {
  const { user, password } = demo.logIns().get('carer')
  const page = telephone.pages()[0]
  await page.goto(`${demo.url}/login`)
  await page.fill('input[name=login]', user)
  await page.fill('input[name=password]', password)
  await Promise.all([page.waitForEvent('load'), page.getByRole('button', { name: '登录', exact: true }).click()])
}

/** The median of some telephones that see the page for the first time: no cache, no worker. */
async function measured(demo, path) {
  const found = []
  for (let run = 0; run < RUNS; run += 1) {
    const profile = temporaryFolder()
    const telephone = await openTelephone(profile.folder)
    try {
      if (demo) await logIn(telephone, demo)
      found.push(await firstPaint(telephone, path))
    } finally {
      await telephone.close()
      profile.remove()
    }
  }
  return { painted: median(found.map((one) => one.painted)), bytes: Math.max(...found.map((one) => one.bytes)) }
}

const demo = new Demo({ elders: 300 })
const bare = createServer((_, response) => response.end(BARE)).listen(0, '127.0.0.1')
try {
  await demo.serve('2026-10-12 07:00:00')
  const day = await measured(demo, `${demo.url}/visits/day`)
  const floor = await measured(null, `http://127.0.0.1:${bare.address().port}/`)
  console.log(`paint_ms ${day.painted.toFixed(0)}`)
  console.log(`bytes ${day.bytes}`)
  console.log(`floor_ms ${floor.painted.toFixed(0)}`)
} finally {
  bare.close()
  await demo.end()
}
