import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { EventEmitter, once } from 'node:events'
import { suite, type TestContext, test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import pino from 'pino'
import { initAuthCreds, makeWASocket } from './library.ts'
import { createLibraryLog } from './library-log.ts'
import { captureRejections } from './library-rejections.ts'

const silent = createLibraryLog(pino({ level: 'silent' }))
/** Nobody listens there: what the library wants to send finds no connection. */
const nowhere = 'ws://127.0.0.1:9'

function makeSocket(t: TestContext) {
  const lines: string[] = []
  const log = pino({ level: 'trace' }, { write: (line: string) => void lines.push(line) })
  const keys = { get: async () => ({}), set: async () => {} }
  const make = () =>
    makeWASocket({ auth: { creds: initAuthCreds(), keys }, logger: silent, waWebSocketUrl: nowhere })
  const socket = captureRejections(make, log)
  t.after(() => socket.end(undefined).catch(() => {}))
  return { socket, logged: () => lines.filter((line) => line.includes('nobody waited for')) }
}

/** Runs a program over these modules; the failures that nobody waits for are its own. */
async function runProgram(text: string): Promise<{ code: number | null; output: string }> {
  const args = ['--import', new URL('../../platform/quick-imports.ts', import.meta.url).href]
  const child = spawn(process.execPath, [...args, '--input-type=module', '--eval', text], {
    cwd: import.meta.dirname,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString()
    })
  }
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, output }
}

const beginning = `
  import { setImmediate as turn } from 'node:timers/promises'
  import pino from 'pino'
  import { initAuthCreds, makeWASocket } from './library.ts'
  import { createLibraryLog } from './library-log.ts'
  import { surviveLibraryRejections } from './library-rejections.ts'
  // Written at once: by a thread, as usual, it may come behind what is printed after it.
  const log = pino({ level: 'debug' }, pino.destination({ sync: true }))
  surviveLibraryRejections(log)
  surviveLibraryRejections(log)
  async function turns() {
    for (let n = 0; n < 10; n += 1) await turn()
    console.log('still here')
    process.exit(0)
  }
`

// A rejection that nobody takes fails the test that it happens in: the runner listens for them itself.
suite('failures that the library waits for nowhere', () => {
  test('an answer to a stanza that finds no connection any more is logged, and nothing else happens', async (t) => {
    const { socket, logged } = makeSocket(t)
    socket.ws.emit('CB:ib,,offline_preview', { tag: 'ib', attrs: {} })
    const groups = { tag: 'dirty', attrs: { type: 'groups' } }
    socket.ws.emit('CB:ib,,dirty', { tag: 'ib', attrs: {}, content: [groups] })
    await turn()
    await turn()
    assert.equal(logged().length, 2, logged().join(''))
    for (const line of logged()) assert.match(line, /"level":20,.*"code":428/)
  })

  test('an event that the library cannot handle is logged as a warning, without what it carried', async (t) => {
    const { socket, logged } = makeSocket(t)
    const call = {
      status: 'timeout',
      get date(): Date {
        throw new Error('no time in the call of 15550001111')
      },
    }
    socket.ev.emit('call', [call] as never)
    await turn()
    await turn()
    assert.equal(logged().length, 1, logged().join(''))
    assert.match(logged()[0] ?? '', /"level":40/)
    assert.doesNotMatch(logged()[0] ?? '', /15550001111/)
  })

  test('only the emitters of the socket are changed', (t) => {
    makeSocket(t)
    assert.equal(EventEmitter.captureRejections, false)
  })

  test('beyond a socket, the process survives what fails in the library', async () => {
    const { code, output } = await runProgram(`${beginning}
      const keys = { get: async () => ({}), set: async () => {} }
      const socket = makeWASocket({
        auth: { creds: initAuthCreds(), keys },
        logger: createLibraryLog(pino({ level: 'silent' })),
        waWebSocketUrl: '${nowhere}',
      })
      void socket.query({ tag: 'iq', attrs: { to: 's.whatsapp.net', type: 'get' } }, 1000)
      await turns()
    `)
    assert.equal(code, 0, output)
    assert.match(output, /nobody waited for.*\nstill here/)
  })

  test('what fails elsewhere ends the process, and says so', async () => {
    const { code, output } = await runProgram(`${beginning}
      void Promise.reject(new Error('a mistake of ours'))
      await turns()
    `)
    assert.notEqual(code, 0)
    assert.match(output, /a mistake of ours/)
    assert.doesNotMatch(output, /still here/)
  })
})
