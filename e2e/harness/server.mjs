// Starts the built program on a free port, with a store that nobody else uses.
import { execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

const program = process.env.YIYANG_PROGRAM ?? 'target/debug/yiyang'
const postgres = process.env.YIYANG_TEST_POSTGRES
const READY_WITHIN = 300_000

/** The engine that this run is on. */
export const engine = postgres ? 'postgres' : 'sqlite'

const freePort = () =>
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

/**
 * A small synthetic county, served. `log` is everything that the program printed.
 * @param {{elders?: number, seed?: number}} options
 */
export async function startDemo({ elders = 300, seed = 2018 } = {}) {
  const { folder, remove } = temporaryFolder()
  const port = await freePort()
  const words = ['demo', '--data', folder, '--elders', String(elders), '--seed', String(seed)]
  words.push('--listen', `127.0.0.1:${port}`)
  if (postgres) words.push('--db', freshDatabase())
  const child = spawn(program, words, { stdio: ['ignore', 'pipe', 'pipe'] })
  const url = `http://127.0.0.1:${port}`
  const log = []
  await ready(child, url, log)
  return { url, folder, log, stop: () => stop(child, remove) }
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
    child.once('exit', (code) => {
      clearTimeout(timer)
      reject(new Error(`the program ended with ${code}\n${log.join('\n')}`))
    })
  })
}

function stop(child, remove) {
  return new Promise((resolve) => {
    child.removeAllListeners('exit')
    child.once('exit', () => {
      remove()
      resolve()
    })
    if (child.exitCode === null) child.kill('SIGTERM')
    else child.emit('exit')
  })
}
