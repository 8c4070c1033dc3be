import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import { networkInterfaces } from 'node:os'
import { suite, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { proto } from 'baileys'
import { verifySignature } from 'whatsapp-rust-bridge'
import { WebSocket } from 'ws'
import { createServerCertificate } from '../src/encryption/certificates.ts'
import { generateKeyPair, SIMULATOR_ROOT, SIMULATOR_ROOT_PUBLIC_KEY } from '../src/index.ts'
import { bob, jidOf, linkedClient, owner, startSimulator } from './client.ts'
import { verifies } from './verifies.ts'

const cli = fileURLToPath(new URL('../src/cli.ts', import.meta.url))

function isSignedBy(root: Uint8Array, chain: Uint8Array): boolean {
  const { intermediate } = proto.CertChain.decode(chain)
  const key = Buffer.concat([Buffer.from([5]), root])
  return verifySignature(
    key,
    intermediate?.details ?? new Uint8Array(),
    intermediate?.signature ?? new Uint8Array(),
  )
}

async function run(...args: string[]): Promise<{ code: number | null; errors: string }> {
  const child = spawn(process.execPath, [cli, ...args])
  let errors = ''
  child.stderr.on('data', (chunk) => {
    errors += chunk
  })
  const [code] = await once(child, 'close')
  return { code, errors }
}

suite('service', () => {
  test('the fixed root is the documented one, and it signs the certificate', async () => {
    verifies('NOISE-01', 'NOISE-02')
    await using simulator = await startSimulator()
    assert.equal(SIMULATOR_ROOT.public.toString('hex'), SIMULATOR_ROOT_PUBLIC_KEY)
    assert.deepEqual(simulator.rootPublicKey, SIMULATOR_ROOT.public)
    assert.ok(isSignedBy(SIMULATOR_ROOT.public, createServerCertificate().chain))
  })

  test('another root signs another certificate', async () => {
    verifies('NOISE-02')
    const root = generateKeyPair()
    await using simulator = await startSimulator({ root })
    assert.deepEqual(simulator.rootPublicKey, root.public)
    const { chain } = createServerCertificate(root)
    assert.ok(isSignedBy(root.public, chain))
    assert.ok(!isSignedBy(SIMULATOR_ROOT.public, chain))
    await using client = await linkedClient(simulator, owner)
    assert.ok(client.auth.creds.me)
  })

  test('who does not speak the handshake is cut off, and nobody else is harmed', async () => {
    verifies('NOISE-03')
    await using simulator = await startSimulator()
    await using client = await linkedClient(simulator, owner)
    const header = Buffer.from([87, 65, 6, 3])
    const garbage = [
      Buffer.from('GET / HTTP/1.1\r\n\r\n'),
      Buffer.concat([header, Buffer.from([0, 0, 4, 255, 255, 255, 255])]),
      Buffer.concat([header, Buffer.from([0, 0, 0])]),
    ]
    for (const bytes of garbage) {
      const socket = new WebSocket(simulator.url)
      await once(socket, 'open')
      socket.send(bytes)
      await once(socket, 'close')
    }
    await client.socket.sendMessage(jidOf(bob), { text: 'undisturbed' })
    assert.equal((await simulator.nextMessage(bob)).text, 'undisturbed')
  })

  test('it listens on the loopback address only', async () => {
    verifies('NET-01')
    await using simulator = await startSimulator()
    assert.equal(new URL(simulator.url).hostname, '127.0.0.1')
    assert.equal(new URL(simulator.controlUrl).hostname, '127.0.0.1')
    const others = Object.values(networkInterfaces())
      .flatMap((addresses) => addresses ?? [])
      .filter(({ internal, family }) => !internal && family === 'IPv4')
    for (const { address } of others) {
      for (const url of [simulator.url, simulator.controlUrl]) {
        const socket = connect({ host: address, port: Number(new URL(url).port) })
        const [error] = await once(socket, 'error')
        assert.equal(error.code, 'ECONNREFUSED')
      }
    }
  })

  test('the program prints its addresses and ends with 0 on SIGTERM', async () => {
    verifies('CLI-01')
    const child = spawn(process.execPath, [cli, '--port', '0', '--control-port', '0'])
    const [output] = await once(child.stdout, 'data')
    assert.match(String(output), /ws:\/\/127\.0\.0\.1:\d+/)
    const control = /http:\/\/127\.0\.0\.1:\d+/.exec(String(output))?.[0]
    assert.ok(control)
    assert.equal((await fetch(`${control}/state`)).status, 200)
    child.kill('SIGTERM')
    assert.deepEqual(await once(child, 'close'), [0, null])
  })

  test('a wrong argument is explained', async () => {
    verifies('CLI-02')
    for (const args of [['--port', 'x'], ['--port', '70000'], ['--what']]) {
      const { code, errors } = await run(...args)
      assert.equal(code, 2)
      assert.match(errors, /usage: /)
    }
  })

  test('the control API is printed whole into a pipe', () => {
    verifies('CTRL-05')
    const script = '"$0" "$1" --openapi | cat'
    const { stdout } = spawnSync('sh', ['-c', script, process.execPath, cli], {
      encoding: 'utf8',
      maxBuffer: 10_000_000,
    })
    assert.ok(stdout.length > 65_536)
    assert.equal(JSON.parse(stdout).openapi, '3.1.0')
  })

  test('waiting ends with an error when nothing comes', async () => {
    verifies('MSG-01')
    await using simulator = await startSimulator()
    await assert.rejects(simulator.nextMessage(bob, undefined, 5), /no message for 15550002222 within 5 ms/)
    await assert.rejects(simulator.untilOnline(bob, 5), /came online within 5 ms/)
    await assert.rejects(simulator.nextPairingRequest(bob, 5), /pairing code/)
  })
})
