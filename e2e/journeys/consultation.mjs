// A family doctor and a hospital's doctor see each other: directly, with one side that has no camera, and through a relay; then
// the conclusion is written, signed, printed and acknowledged.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { openBrowser, Person } from '../harness/browser.mjs'
import { Demo, engine } from '../harness/server.mjs'
import { Turn } from '../harness/turn.mjs'

// Everything stays on this machine: its own addresses are shown to the other browser, loopback is one of them.
const NETWORK = ['--disable-features=WebRtcHideLocalIpsWithMdns', '--allow-loopback-in-peer-connection']
const CAMERA = ['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream']
const CONNECTS_WITHIN = 60_000

let demo
let turn
let browser
let doctor
let consultant
let room

before(async () => {
  turn = new Turn('合成的密钥')
  await turn.serve()
  demo = new Demo({ elders: 300, more: ['--turn', turn.url], env: { YIYANG_TURN_SECRET: turn.secret } })
  // On the machine's own clock: the relay compares it with the hour until which a credential holds.
  await demo.serve()
  browser = await openBrowser([...NETWORK, ...CAMERA])
  doctor = await caller(browser, 'doctor')
  consultant = await caller(browser, 'specialist')
})

after(async () => {
  await browser?.close()
  await demo?.end()
  await turn?.end()
})

/** Somebody logged in, whose connections the test can look into. */
async function caller(window, role) {
  const person = await Person.at(window)
  await person.context.addInitScript(() => {
    const Real = window.RTCPeerConnection
    window.peers = []
    window.RTCPeerConnection = class extends Real {
      constructor(...words) {
        super(...words)
        window.peers.push(this)
      }
    }
  })
  await person.logIn(demo.url, demo.logIns().get(role))
  return person
}

async function enter(person) {
  // The page asks for news all the time: it is never idle.
  await person.page.goto(demo.url + room)
  await person.page.getByRole('button', { name: '进入视频', exact: true }).click()
}

const says = (person, words) =>
  person.page
    .waitForFunction((text) => document.querySelector('#call-state').textContent.includes(text), words, { timeout: CONNECTS_WITHIN })
    .catch(async () => assert.fail(`not “${words}”: ${await person.page.locator('#call').innerText()}\n${turn.log.slice(-20).join('\n')}`))

/** The pair of addresses in use, and how much picture came in. */
const flow = (person) =>
  person.page.evaluate(async () => {
    const stats = await window.peers.at(-1).getStats()
    const all = [...stats.values()]
    const pair = stats.get(all.find((one) => one.type === 'transport').selectedCandidatePairId)
    const picture = all.find((one) => one.type === 'inbound-rtp' && one.kind === 'video')
    return { way: stats.get(pair.localCandidateId).candidateType, frames: picture?.framesDecoded ?? 0 }
  })

/** The other side's picture is there and moves. */
async function seesPicture(person) {
  const moved = (frames) => {
    const video = document.querySelector('#call-other')
    return video.videoWidth > 0 && video.getVideoPlaybackQuality().totalVideoFrames > frames
  }
  await person.page.waitForFunction(moved, 5, { timeout: CONNECTS_WITHIN })
  const before = await person.page.evaluate(() => document.querySelector('#call-other').getVideoPlaybackQuality().totalVideoFrames)
  await person.page.waitForFunction(moved, before + 10, { timeout: CONNECTS_WITHIN })
}

async function bothSee(way) {
  for (const person of [doctor, consultant]) await says(person, way === 'relay' ? '已接通（中继）' : '已接通（直连）')
  for (const person of [doctor, consultant]) {
    await seesPicture(person)
    const { way: used, frames } = await flow(person)
    assert.equal(used, way)
    assert.ok(frames > 0, 'no picture was decoded')
  }
}

test(`${engine}: two doctors see each other directly`, async () => {
  await doctor.open('/consultations?state=booked')
  await Promise.all([doctor.page.waitForEvent('load'), doctor.page.locator('a.yy-row-link').first().click()])
  const link = doctor.page.getByRole('link', { name: '进入视频会诊' })
  room = await link.getAttribute('href')
  const answer = await doctor.page.goto(demo.url + room)
  assert.equal(answer.headers()['permissions-policy'], 'camera=(self), microphone=(self)')
  const other = await doctor.page.request.get(`${demo.url}/consultations`)
  assert.match(other.headers()['permissions-policy'], /camera=\(\), microphone=\(\)/)
  await enter(doctor)
  await says(doctor, '等待对方进入')
  await enter(consultant)
  await bothSee('host')
  // The hospital begins without leaving the call, and may write from now on.
  await consultant.page.getByRole('button', { name: '开始会诊' }).click()
  await consultant.page.getByText('签名并发出结论').waitFor()
  await says(consultant, '已接通')
  await consultant.shot('consultation-room', { fullPage: true })
  await doctor.page.getByRole('button', { name: '关摄像头' }).click()
  await doctor.page.getByRole('button', { name: '开摄像头' }).click()
  await doctor.page.getByRole('button', { name: '挂断' }).click()
  await says(doctor, '已挂断')
  await says(consultant, '对方已离开')
  await enter(doctor)
  await bothSee('host')
  await doctor.page.getByRole('button', { name: '挂断' }).click()
})

test(`${engine}: without a camera one sees the other all the same, and is told the telephone`, async () => {
  const bare = await openBrowser(NETWORK)
  try {
    const person = await caller(bare, 'doctor')
    await enter(person)
    await says(person, '已接通')
    await seesPicture(person)
    await person.page.getByText('对方看不到、听不到您').waitFor()
    assert.match(await person.page.locator('#call a[href^="tel:"]').innerText(), /^\d{4}-\d+$/)
    await person.page.setViewportSize({ width: 390, height: 844 })
    const over = await person.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
    assert.ok(over <= 1, `the room runs ${over} px out of a telephone`)
    await person.shot('consultation-telephone', { fullPage: true })
  } finally {
    await bare.close()
  }
})

test(`${engine}: through the relay, and then the conclusion is signed`, async () => {
  demo.more.push('--turn-only')
  await consultant.page.getByRole('button', { name: '挂断' }).click()
  await demo.serve()
  for (const person of [doctor, consultant]) person.url = demo.url
  await doctor.logIn(demo.url, demo.logIns().get('doctor'))
  await consultant.logIn(demo.url, demo.logIns().get('specialist'))
  await enter(consultant)
  await enter(doctor)
  await bothSee('relay')
  assert.ok(turn.relays() >= 2, turn.log.slice(-20).join('\n'))

  const { page } = consultant
  await page.fill('textarea[name=finding]', '慢性心力衰竭加重，暂不住院。')
  await page.fill('textarea[name=advice]', '限盐限水，三天后复查。')
  await page.getByRole('button', { name: '签名并发出结论' }).click()
  await Promise.all([page.waitForEvent('load'), page.locator('dialog button[value=yes]').click()])
  await consultant.sees('指纹一致')
  await says(doctor, '结论已签名')

  const key = room.replace(/\/room$/, '')
  await doctor.open(key)
  await doctor.sees('慢性心力衰竭加重')
  await doctor.page.fill('textarea[name=note]', '已告知家属，三天后上门。')
  await doctor.press('签收结论')
  await doctor.sees('已签收')
  await doctor.open(`${key}/print`)
  await doctor.sees('远程会诊结论单')
  const sheet = await doctor.page.pdf({ format: 'A4' })
  assert.ok(sheet.subarray(0, 5).toString() === '%PDF-' && sheet.length > 10_000, `${sheet.length} bytes`)
  await doctor.open(`/elders/${key.split('/')[2]}`)
  await doctor.sees('远程会诊结论')
  for (const person of [doctor, consultant]) assert.deepEqual(person.complaints, [])
})
