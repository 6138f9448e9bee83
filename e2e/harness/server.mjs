// Starts the built program on a free port, with a store that nobody else uses.
import { execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

const program = process.env.YIYANG_PROGRAM ?? 'target/debug/yiyang'
const postgres = process.env.YIYANG_TEST_POSTGRES
const READY_WITHIN = 300_000

/** The engine that this run is on. */
export const engine = postgres ? 'postgres' : 'sqlite'

/** A port of this machine that nobody listens on. */
export const freePort = () =>
  new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address()
      probe.close(() => resolve(port))
    })
  })

// A database of its own on the test server; the server itself is thrown away after the run.
function freshDatabase() {
  const name = `e2e_${process.pid}_${Date.now()}`
  execFileSync('psql', ['-q', postgres, '-c', `create database ${name}`])
  const url = new URL(postgres)
  url.pathname = `/${name}`
  return url.toString()
}

/** Runs one command of the program to its end and gives what it printed. */
export function run(words, options = {}) {
  return execFileSync(program, words, { encoding: 'utf8', maxBuffer: 1 << 26, ...options })
}

/** A folder that is gone after `fn`. */
export function temporaryFolder() {
  const folder = mkdtempSync(join(tmpdir(), 'yiyang-e2e-'))
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) }
}

// The program reads the clock by libc, so that libfaketime can set it: public notice takes days, a month a month.
const FAKETIME = ['x86_64', 'aarch64'].map((cpu) => `/usr/lib/${cpu}-linux-gnu/faketime/libfaketimeMT.so.1`).find(existsSync)

export function clock(at) {
  if (!at) return {}
  if (!FAKETIME) throw new Error('libfaketime is missing; on Debian: apt-get install faketime')
  return { LD_PRELOAD: FAKETIME, FAKETIME: `@${at}`, FAKETIME_DONT_FAKE_MONOTONIC: '1', NO_FAKE_STAT: '1', TZ: 'Asia/Shanghai' }
}

/** A small synthetic county, served; it can be stopped and served again on another day. */
export class Demo {
  constructor({ elders = 300, seed = 2018, more = [], env = {} } = {}) {
    Object.assign(this, { elders, seed, more, env, log: [], child: null, ...temporaryFolder() })
    this.database = postgres ? freshDatabase() : null
  }

  /** @param {string} at the moment at which it begins to run, in Chinese time: `2026-10-08 09:00:00` */
  async serve(at) {
    await this.stopServing()
    const port = await freePort()
    this.url = `http://127.0.0.1:${port}`
    const words = ['demo', '--data', this.folder, '--elders', String(this.elders), '--seed', String(this.seed)]
    words.push('--listen', `127.0.0.1:${port}`)
    words.push(...this.more)
    if (this.database) words.push('--db', this.database)
    this.child = spawn(program, words, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...this.env, ...clock(at) } })
    await ready(this.child, this.url, this.log)
  }

  async stopServing() {
    if (this.child) await stop(this.child)
    this.child = null
  }

  /** The log-ins that it printed, by name. */
  logIns() {
    const lines = readFileSync(join(this.folder, 'demo-logins.txt'), 'utf8').split('\n')
    const found = lines.map((line) => line.trim().split(/\s+/)).filter(([user]) => /^[a-z]+\d*$/.test(user))
    return new Map(found.map(([user, password]) => [user, { user, password }]))
  }

  async end() {
    await this.stopServing()
    this.remove()
  }
}

// Ready when the program prints its address: it does so after it listens.
function ready(child, url, log) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`not ready\n${log.join('\n')}`)), READY_WITHIN)
    const seen = (line) => {
      log.push(line)
      if (line.includes(url)) {
        clearTimeout(timer)
        resolve()
      }
    }
    createInterface({ input: child.stdout }).on('line', seen)
    createInterface({ input: child.stderr }).on('line', seen)
    child.once('exit', (code, signal) => {
      clearTimeout(timer)
      reject(new Error(`the program ended with ${code ?? signal}\n${log.join('\n')}`))
    })
  })
}

/** Ends a program and waits until it is gone. */
export function stop(child) {
  return new Promise((resolve) => {
    child.removeAllListeners('exit')
    if (child.exitCode !== null || child.signalCode !== null) return resolve()
    child.once('exit', resolve)
    child.kill('SIGTERM')
  })
}
