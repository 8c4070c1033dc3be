import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import type { makeWASocket } from 'baileys'
import { makeWASocket as makeRc6 } from 'baileys-rc6'
import { makeWASocket as makeRc9 } from 'baileys-rc9'
import { bob, Client, jidOf, memoryAuth, owner, startSimulator, textOf } from './client.ts'
import { verifies } from './verifies.ts'

/** Of the candidates of 7.0, the ones up to rc.9 share one way of shaking hands, those from rc10 on the one in use. */
const releases = [
  ['7.0.0-rc.6', makeRc6],
  ['7.0.0-rc.9', makeRc9],
] as unknown as [string, typeof makeWASocket][]

/** One in four failed before the simulator waited for the client's keys: twelve in a row, six of each, tell. */
const links = Number(process.env['OLDER_CLIENT_LINKS'] ?? 6)

suite('clients on an older library', () => {
  for (const [release, makeSocket] of releases) {
    test(`${release} links every time, by QR code, and logs in again`, async () => {
      verifies('NOISE-04')
      await using simulator = await startSimulator()
      for (let turn = 0; turn < links; turn++) {
        await using client = new Client(simulator, {}, memoryAuth(), makeSocket)
        const { qr } = await client.next('connection.update', (update) => update.qr !== undefined)
        simulator.scan(owner, qr ?? '')
        await client.open()
        assert.equal(client.auth.creds.me?.id, `${owner}:${turn + 1}@s.whatsapp.net`)
      }
    })

    test(`${release} links by pairing code, sends and receives`, async () => {
      await using simulator = await startSimulator()
      await using client = new Client(simulator, {}, memoryAuth(), makeSocket)
      await client.next('connection.update', (update) => update.qr !== undefined)
      const code = await client.socket.requestPairingCode(owner)
      await simulator.nextPairingRequest(owner)
      await simulator.pair(owner, code)
      await client.open()
      const sent = await client.socket.sendMessage(jidOf(bob), { text: 'from an older client' })
      assert.ok(sent?.key.id)
      assert.equal((await simulator.nextMessage(bob)).text, 'from an older client')
      await simulator.sendMessage(bob, { to: owner, text: 'to an older client' })
      await client.message((message) => textOf(message) === 'to an older client')
    })
  }
})
