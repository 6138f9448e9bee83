// coturn on loopback, for the journeys that go through a relay: a folder and ports of its own, ended by its process.
import { spawn } from 'node:child_process'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { freePort, stop, temporaryFolder } from './server.mjs'

const READY_WITHIN = 20_000
const RELAYS = 40

/** A TURN server that knows the secret. */
export class Turn {
  constructor(secret) {
    Object.assign(this, { secret, child: null, log: [], ...temporaryFolder() })
  }

  async serve() {
    const program = ['/usr/bin/turnserver', '/usr/local/bin/turnserver'].find(existsSync)
    if (!program) throw new Error('turnserver is missing; on Debian: apt-get install coturn')
    const port = await freePort()
    // Above the ports that the system hands out, so that no relay meets another program's.
    const first = 61_000 + (process.pid % 100) * RELAYS
    const settings = [
      `listening-port=${port}`,
      'listening-ip=127.0.0.1',
      'relay-ip=127.0.0.1',
      `min-port=${first}`,
      `max-port=${first + RELAYS - 1}`,
      'use-auth-secret',
      `static-auth-secret=${this.secret}`,
      'realm=yiyang',
      // Both browsers are on this machine; coturn refuses such peers otherwise.
      'allow-loopback-peers',
      'no-cli',
      'no-tls',
      'no-dtls',
      'fingerprint',
      'no-multicast-peers',
      'verbose',
      'log-file=stdout',
      `pidfile=${join(this.folder, 'turn.pid')}`,
      `userdb=${join(this.folder, 'turn.db')}`,
    ]
    const file = join(this.folder, 'turn.conf')
    writeFileSync(file, `${settings.join('\n')}\n`)
    this.url = `turn:127.0.0.1:${port}`
    this.child = spawn(program, ['-c', file], { stdio: ['ignore', 'pipe', 'pipe'], cwd: this.folder })
    await this.ready(port)
  }

  // It says so when its listener for UDP and for TCP stands.
  ready(port) {
    return new Promise((resolve, reject) => {
      const failed = (why) => reject(new Error(`turnserver ${why}\n${this.log.slice(-30).join('\n')}`))
      const timer = setTimeout(() => failed('is not ready'), READY_WITHIN)
      const seen = (line) => {
        this.log.push(line)
        if (/listener opened/i.test(line) && line.includes(`:${port}`)) {
          clearTimeout(timer)
          resolve()
        }
      }
      createInterface({ input: this.child.stdout }).on('line', seen)
      createInterface({ input: this.child.stderr }).on('line', seen)
      this.child.once('exit', (code, signal) => {
        clearTimeout(timer)
        failed(`ended with ${code ?? signal}`)
      })
    })
  }

  /** How many relays were given out. */
  relays() {
    return this.log.filter((line) => /ALLOCATE processed, success/.test(line)).length
  }

  async end() {
    if (this.child) await stop(this.child)
    this.child = null
    this.remove()
  }
}
