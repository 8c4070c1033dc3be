import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import { type BinaryNode, getBinaryNodeChild, getBinaryNodeChildren, proto } from 'baileys'
import { verifySignature } from 'whatsapp-rust-bridge'
import { bob, Client, carol, jidOf, linkedClient, owner, startSimulator, textOf } from './client.ts'
import { verifies } from './verifies.ts'

const withTypeByte = (key: Uint8Array) => Buffer.concat([Buffer.from([5]), key])

async function qrOf(client: Client): Promise<string> {
  const { qr } = await client.next('connection.update', (update) => update.qr !== undefined)
  return qr ?? ''
}

function bundlesIn(answer: BinaryNode): BinaryNode[] {
  return getBinaryNodeChildren(getBinaryNodeChild(answer, 'list'), 'user')
}

function readId(bundle: BinaryNode): string {
  const content = getBinaryNodeChild(getBinaryNodeChild(bundle, 'key'), 'id')?.content
  return Buffer.from(content as Uint8Array).toString('hex')
}

suite('linking', () => {
  test('scanning a QR code links the client, and it logs in', async () => {
    verifies('PAIR-01', 'NOISE-01')
    await using simulator = await startSimulator()
    await using client = new Client(simulator)
    const linked = simulator.scan(owner, await qrOf(client))
    assert.deepEqual(linked, { phone: owner, device: 1 })
    await client.open()
    const { me } = client.auth.creds
    assert.equal(me?.id, `${owner}:1@s.whatsapp.net`)
    assert.match(me?.lid ?? '', /^\d{15}:1@lid$/)
    await simulator.untilOnline(owner)
  })

  test('a QR code that is not on show is refused', async () => {
    verifies('PAIR-02')
    await using simulator = await startSimulator()
    await using client = new Client(simulator)
    const qr = await qrOf(client)
    assert.throws(() => simulator.scan(owner, 'https://wa.me/settings/linked_devices#2@x,y,z,w,1'), {
      status: 422,
    })
    assert.throws(() => simulator.scan(owner, qr.replace(/,[^,]+,/, ',AAAA,')), /not those of the client/)
    assert.throws(() => simulator.scan('19990000000', qr), { status: 404 })
    simulator.scan(owner, qr)
    assert.throws(() => simulator.scan(owner, qr), { status: 422 })
    await client.open()
  })

  test('the phone vouches for the client with valid signatures', async () => {
    verifies('PAIR-05')
    await using simulator = await startSimulator()
    await using client = await linkedClient(simulator, owner)
    const { account, signedIdentityKey } = client.auth.creds
    assert.ok(account?.details && account.accountSignatureKey && account.accountSignature)
    assert.equal(proto.ADVDeviceIdentity.decode(account.details).keyIndex, 1)
    const signed = Buffer.concat([Buffer.from([6, 0]), account.details, signedIdentityKey.public])
    assert.ok(verifySignature(withTypeByte(account.accountSignatureKey), signed, account.accountSignature))
  })

  test('a business is named at pairing', async () => {
    verifies('PAIR-06')
    await using simulator = await startSimulator()
    simulator.createAccount({ phone: owner, name: 'Corner Shop', business: true })
    await using client = new Client(simulator)
    simulator.scan(owner, await qrOf(client))
    await client.open()
    assert.equal(client.auth.creds.me?.name, 'Corner Shop')
    assert.equal(client.auth.creds.platform, 'smba')
  })

  test('typing the pairing code links the client; a wrong one is refused before', async () => {
    verifies('PAIR-03', 'PAIR-04')
    await using simulator = await startSimulator()
    await using client = new Client(simulator)
    await assert.rejects(simulator.pair(owner, 'ABCD1234'), /no client asks/)
    await qrOf(client)
    const code = await client.socket.requestPairingCode(owner)
    await simulator.nextPairingRequest(owner)
    await assert.rejects(simulator.pair(owner, 'WRNG-CODE'), /the pairing code is wrong/)
    const linked = await simulator.pair(owner, `${code.slice(0, 4)}-${code.slice(4).toLowerCase()}`)
    assert.deepEqual(linked, { phone: owner, device: 1 })
    await client.open()
    await client.socket.sendMessage(jidOf(bob), { text: 'linked by code' })
    assert.equal((await simulator.nextMessage(bob)).text, 'linked by code')
  })

  test('the phone shares its name and its history of LIDs with a new client', async () => {
    verifies('BOOT-01', 'BOOT-02')
    await using simulator = await startSimulator()
    await using client = new Client(simulator)
    simulator.scan(owner, await qrOf(client))
    await client.next('messaging-history.set')
    // The event buffer drops the mappings from the event; the store has them.
    const mapped = () => client.auth.store.get(`lid-mapping|${bob}`)
    if (!mapped()) await client.next('creds.update', () => mapped() !== undefined)
    assert.match(String(mapped()), /^\d{15}$/)
    if (client.auth.creds.me?.name !== 'Olga Owner') {
      await client.next('creds.update', ({ me }) => me?.name === 'Olga Owner')
    }
    assert.ok(client.auth.creds.myAppStateKeyId)
  })

  test('a linked client logs in again, without another pairing', async () => {
    verifies('LOGIN-01')
    await using simulator = await startSimulator()
    await using client = await linkedClient(simulator, owner)
    await client.close()
    client.connect()
    await client.open()
    await simulator.sendMessage(bob, { to: owner, text: 'welcome back' })
    await client.message((message) => textOf(message) === 'welcome back')
    assert.equal(simulator.state().accounts.find(({ phone }) => phone === owner)?.devices.length, 1)
  })

  test('a second login with the same keys replaces the first', async () => {
    verifies('LOGIN-03')
    await using simulator = await startSimulator()
    await using client = await linkedClient(simulator, owner)
    const first = client.disconnectCode()
    await using second = new Client(simulator, {}, client.auth)
    await second.open()
    assert.equal(await first, 440)
  })

  test('a client that unlinked itself cannot log in again', async () => {
    verifies('LOGIN-02', 'LOGIN-04')
    await using simulator = await startSimulator()
    await using client = await linkedClient(simulator, owner)
    await client.socket.logout()
    assert.equal(await client.disconnectCode(), 401)
    client.connect()
    assert.equal(await client.disconnectCode(), 401)
    assert.deepEqual(simulator.state().accounts.find(({ phone }) => phone === owner)?.devices, [])
  })

  test('prekeys are handed out one by one, and the client is told when few are left', async () => {
    verifies('KEYS-01', 'KEYS-02')
    await using simulator = await startSimulator()
    await using client = await linkedClient(simulator, owner)
    const preKeys = () => simulator.state().accounts.find(({ phone }) => phone === owner)?.devices[0]?.preKeys
    // The phone itself took one for its first message.
    assert.equal(preKeys(), 811)
    const uploaded = new Promise<void>((resolve) => {
      client.socket.ws.on('CB:notification,type:encrypt', () => resolve())
    })
    await using other = await linkedClient(simulator, bob)
    const device = { tag: 'user', attrs: { jid: `${owner}:1@s.whatsapp.net` } }
    const content = [{ tag: 'key', attrs: {}, content: Array.from({ length: 807 }, () => device) }]
    const attrs = { to: '@s.whatsapp.net', type: 'get', xmlns: 'encrypt' }
    const answer = await other.socket.query({ tag: 'iq', attrs, content })
    const keys = bundlesIn(answer).map((bundle) => readId(bundle))
    assert.equal(new Set(keys).size, 807)
    await uploaded
    await client.next('creds.update', ({ firstUnuploadedPreKeyId }) => (firstUnuploadedPreKeyId ?? 0) > 813)
  })

  test('a number has an account or not, and its devices are known by LID', async () => {
    verifies('USYNC-01')
    await using simulator = await startSimulator()
    await using client = await linkedClient(simulator, owner)
    await using other = await linkedClient(simulator, carol)
    const found = await client.socket.onWhatsApp(bob, '15559999999')
    const existing = found?.filter(({ exists }) => exists).map(({ jid }) => jid)
    assert.deepEqual(existing, [jidOf(bob)])
    const devices = await client.socket.getUSyncDevices([jidOf(carol)], false, false)
    assert.deepEqual(
      devices.map(({ device }) => device),
      [0, 1],
    )
    const lid = await client.socket.signalRepository.lidMapping.getLIDForPN(jidOf(carol))
    assert.equal(lid?.split('@')[0], other.auth.creds.me?.lid?.split(':')[0])
  })

  test('a number written another way finds the account, before and after a restart of the simulator', async () => {
    verifies('USYNC-04')
    const [brazilian, ninth] = ['551187650001', '5511987650001'] as const
    const folder = mkdtempSync(join(tmpdir(), 'simulator-'))
    for (const isFirst of [true, false]) {
      await using simulator = await startSimulator({ state: join(folder, 'aliases') })
      if (isFirst) {
        const made = simulator.createAccount({ phone: brazilian, name: 'Ana', aliases: [`+${ninth}`] })
        assert.deepEqual(made.aliases, [ninth])
        const taken = { phone: '15550007777', name: 'Dora', aliases: [bob] }
        assert.throws(() => simulator.createAccount(taken), { status: 409, field: 'aliases' })
      }
      await using client = await linkedClient(simulator, owner)
      const found = await client.socket.onWhatsApp(ninth, brazilian)
      assert.deepEqual(
        found?.map(({ jid, exists }) => [jid, exists]),
        Array.from({ length: 2 }, () => [jidOf(brazilian), true]),
      )
    }
    rmSync(folder, { recursive: true })
  })
})
