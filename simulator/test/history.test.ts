import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { suite, test } from 'node:test'
import { type BaileysEventMap, downloadMediaMessage, proto, type WAMessage } from 'baileys'
import type { Simulator } from '../src/index.ts'
import { bob, Client, carol, jidOf, owner, startSimulator, textOf } from './client.ts'
import { trustMedia } from './media-client.ts'
import { verifies } from './verifies.ts'

type Chunk = BaileysEventMap['messaging-history.set']

const { HistorySyncType } = proto.HistorySync
const dayMs = 86_400_000
const ago = (ms: number) => new Date(Date.now() - ms).toISOString()
const all = { shouldSyncHistoryMessage: () => true }

/** Links a client without waiting for anything of the history. */
async function link(simulator: Simulator, config: object = all): Promise<Client> {
  const client = new Client(simulator, config)
  const { qr } = await client.next('connection.update', (update) => update.qr !== undefined)
  simulator.scan(owner, qr ?? '')
  await client.open()
  return client
}

/** The messages of all chunks, until one of them is there. */
async function messagesUntil(client: Client, last: string): Promise<Chunk['messages']> {
  const seen: Chunk['messages'] = []
  while (!seen.some(({ key }) => key.id === last)) {
    seen.push(...(await client.next('messaging-history.set')).messages)
  }
  return seen
}

suite('history', () => {
  test('a linked client gets the chats of the phone', async () => {
    verifies('HIST-01')
    await using simulator = await startSimulator()
    const { id: group } = simulator.createGroup({ subject: 'Club', owner: bob, members: [owner, carol] })
    const picture = randomBytes(2000)
    const given = simulator.setHistory(owner, {
      chats: [
        {
          with: bob,
          name: 'Bobby',
          unread: 1,
          archived: true,
          messages: [
            { at: ago(3000), text: 'newest' },
            { at: ago(5000), id: 'OLDEST', text: 'first', fromMe: true, status: 'delivered' },
            { at: ago(4000), media: { kind: 'image', bytes: picture, caption: 'look' } },
          ],
        },
        { with: group, messages: [{ at: ago(1000), from: carol, text: 'in the group' }] },
        { with: '15550009999', name: 'Stranger', messages: [{ at: ago(9000), text: 'hi' }] },
      ],
    })
    await using client = await link(simulator)
    const { chats, messages, contacts, syncType } = await client.next('messaging-history.set')
    assert.equal(syncType, HistorySyncType.INITIAL_BOOTSTRAP)
    const chat = chats.find(({ id }) => id === jidOf(bob))
    assert.deepEqual([chat?.name, chat?.unreadCount, chat?.archived], ['Bobby', 1, true])
    assert.equal(chat?.endOfHistoryTransfer, true)
    assert.equal(chats.find(({ id }) => id === group)?.name, 'Club')
    assert.ok(contacts.some(({ id, name }) => id === jidOf('15550009999') && name === 'Stranger'))
    const ofBob = messages.filter(({ key }) => key.remoteJid === jidOf(bob))
    assert.deepEqual(
      ofBob.map(({ key }) => key.id),
      given.chats[0]?.messages,
    )
    assert.deepEqual(
      [textOf(ofBob[0] ?? { key: {} }), ofBob[0]?.key.fromMe, ofBob[0]?.pushName],
      ['newest', false, 'Bob'],
    )
    assert.deepEqual([ofBob[2]?.key.id, ofBob[2]?.key.fromMe, ofBob[2]?.status], ['OLDEST', true, 3])
    assert.equal(ofBob[1]?.message?.imageMessage?.caption, 'look')
    const inGroup = messages.find(({ key }) => key.remoteJid === group)
    const carolsLid = simulator.state().accounts.find(({ phone }) => phone === carol)?.lid
    assert.equal(inGroup?.key.participant, carolsLid)
    const mapped = await client.socket.signalRepository.lidMapping.getLIDForPN(jidOf('15550009999'))
    assert.ok(mapped?.endsWith('@lid'))
    assert.equal(simulator.createAccount({ phone: '15550009999', name: 'Known' }).phone, '15550009999')
    await trustMedia(simulator)
    assert.ok((await downloadMediaMessage(ofBob[1] as never, 'buffer', {})).equals(picture))
  })

  test('what is recent and what is older comes in chunks with progress', async () => {
    verifies('HIST-02')
    await using simulator = await startSimulator()
    const everySeconds = 86_400
    const { chats } = simulator.setHistory(owner, {
      chats: [
        { with: bob, generate: { count: 120, everySeconds } },
        { with: carol, generate: { count: 30, everySeconds } },
      ],
      transfer: { bootstrapPerChat: 5, chunkMessages: 20, recentDays: 60, fullDays: 100, delayMs: 5 },
    })
    await using client = await link(simulator)
    const chunks: Chunk[] = []
    const isEnd = ({ syncType, progress }: Chunk) => syncType === HistorySyncType.FULL && progress === 100
    do chunks.push(await client.next('messaging-history.set'))
    while (!isEnd(chunks.at(-1) as Chunk))
    const noticeOf = ({ message }: WAMessage) => message?.protocolMessage?.historySyncNotification
    await client.message((message) => {
      const { syncType, progress: reached } = noticeOf(message) ?? {}
      return syncType === HistorySyncType.FULL && reached === 100
    })
    const announced = client
      .all('messages.upsert')
      .flatMap(({ messages }) => messages.map((message) => noticeOf(message)).filter((one) => one != null))
    const progress = (type: number) =>
      announced.filter((one) => one.syncType === type).map((one) => [one.chunkOrder, one.progress])
    assert.deepEqual(progress(HistorySyncType.INITIAL_BOOTSTRAP), [[1, 100]])
    assert.deepEqual(progress(HistorySyncType.RECENT), [
      [1, 25],
      [2, 50],
      [3, 75],
      [4, 100],
    ])
    assert.deepEqual(progress(HistorySyncType.FULL), [
      [1, 50],
      [2, 100],
    ])
    const ids = chunks.flatMap(({ messages }) => messages.map(({ key }) => key.id))
    assert.equal(new Set(ids).size, ids.length, 'no message comes twice')
    // 100 days of Bob's and all 30 of Carol's; what is older than that stays on the phone.
    assert.deepEqual(ids.filter((id) => chats[1]?.messages.includes(id ?? '')).length, 30)
    assert.deepEqual(
      ids.filter((id) => chats[0]?.messages.includes(id ?? '')),
      chats[0]?.messages.slice(0, 100),
    )
    assert.equal(progress(HistorySyncType.PUSH_NAME).length, 1)
    const contacts = chunks.flatMap((one) => one.contacts)
    assert.ok(contacts.some(({ id, notify }) => id === jidOf(bob) && notify === 'Bob'))
  })

  test('a client that wants no full history gets none', async () => {
    verifies('HIST-03')
    await using simulator = await startSimulator()
    const { chats } = simulator.setHistory(owner, {
      chats: [
        {
          with: bob,
          messages: [
            { at: ago(200 * dayMs), text: 'old' },
            { at: ago(dayMs), text: 'new' },
          ],
        },
      ],
      transfer: { bootstrapPerChat: 0 },
    })
    await using client = await link(simulator, { ...all, syncFullHistory: false })
    await messagesUntil(client, chats[0]?.messages[0] ?? '')
    await simulator.sendMessage(bob, { to: owner, text: 'live' })
    await client.message((one) => textOf(one) === 'live')
    await assert.rejects(
      client.next(
        'messaging-history.set',
        (chunk) => chunk.messages.some((one) => textOf(one) === 'old'),
        50,
      ),
    )
  })

  test('a client asks its phone for older messages', async () => {
    verifies('HIST-04')
    await using simulator = await startSimulator()
    const { chats } = simulator.setHistory(owner, {
      chats: [{ with: bob, generate: { count: 25 } }],
      transfer: { recentDays: 0, fullDays: 0, bootstrapPerChat: 5 },
    })
    const ids = chats[0]?.messages ?? []
    await using client = await link(simulator)
    let oldest = (await client.next('messaging-history.set')).messages.at(-1)
    assert.equal(oldest?.key.id, ids[4])
    const got: (string | null | undefined)[] = []
    for (const expected of [8, 8, 4]) {
      const request = await client.socket.fetchMessageHistory(
        8,
        oldest?.key ?? {},
        Number(oldest?.messageTimestamp) * 1000,
      )
      const isAnswer = ({ peerDataRequestSessionId }: Chunk) => peerDataRequestSessionId === request
      const chunk = await client.next('messaging-history.set', isAnswer)
      assert.equal(chunk.syncType, HistorySyncType.ON_DEMAND)
      assert.equal(chunk.messages.length, expected)
      got.push(...chunk.messages.map(({ key }) => key.id))
      oldest = chunk.messages.at(-1)
    }
    assert.deepEqual(got, ids.slice(5))
    const byTime = await client.socket.fetchMessageHistory(
      3,
      { remoteJid: jidOf(bob), id: 'FORGOTTEN', fromMe: false },
      Number(oldest?.messageTimestamp),
    )
    const last = await client.next('messaging-history.set', (one) => one.peerDataRequestSessionId === byTime)
    assert.deepEqual(last.messages, [])
    simulator.fault({ kind: 'phone_offline', phone: owner })
    const unanswered = await client.socket.fetchMessageHistory(
      3,
      { remoteJid: jidOf(bob), id: ids[5] ?? '' },
      0,
    )
    await simulator.sendMessage(bob, { to: owner, text: 'still alive' })
    await client.message((one) => textOf(one) === 'still alive')
    await assert.rejects(
      client.next('messaging-history.set', (one) => one.peerDataRequestSessionId === unanswered, 50),
    )
  })

  test('what was written since then is there on demand as well', async () => {
    verifies('HIST-04')
    await using simulator = await startSimulator()
    // Baileys tells a past message once at most while it collects events: these are first told on demand.
    const { chats } = simulator.setHistory(owner, {
      chats: [{ with: bob, generate: { count: 3 } }],
      transfer: { recentDays: 0, fullDays: 0, bootstrapPerChat: 0 },
    })
    await using client = await link(simulator)
    await client.next('messaging-history.set')
    const first = await simulator.sendMessage(bob, { to: owner, text: 'one' })
    const second = await client.socket.sendMessage(jidOf(bob), { text: 'two' })
    await simulator.nextMessage(bob, ({ id }) => id === second?.key.id)
    const third = await simulator.sendMessage(owner, { to: bob, text: 'three' })
    await client.message(({ key }) => key.id === third.id)
    const asked = await client.socket.fetchMessageHistory(50, { remoteJid: jidOf(bob), id: third.id }, 0)
    const isAnswer = ({ peerDataRequestSessionId }: Chunk) => peerDataRequestSessionId === asked
    const { messages } = await client.next('messaging-history.set', isAnswer)
    assert.deepEqual(
      messages.map(({ key }) => key.id),
      [second?.key.id, first.id, ...(chats[0]?.messages ?? [])],
    )
    assert.deepEqual(
      messages.slice(0, 3).map(({ key }) => key.fromMe),
      [true, false, false],
    )
  })

  test('chunks come as files of the media server', async () => {
    verifies('HIST-05')
    await using simulator = await startSimulator()
    await trustMedia(simulator)
    const { chats } = simulator.setHistory(owner, {
      chats: [{ with: bob, generate: { count: 50 } }],
      transfer: { external: true, bootstrapPerChat: 20 },
    })
    // The message names a path and no host, so a client asks the host of WhatsApp: here it is led to ours.
    const fetchOfNode = globalThis.fetch
    const asked: string[] = []
    globalThis.fetch = (url, init) => {
      asked.push(String(url))
      return fetchOfNode(String(url).replace('mmg.whatsapp.net', simulator.mediaHost), init)
    }
    try {
      await using client = await link(simulator)
      const messages = await messagesUntil(client, chats[0]?.messages.at(-1) ?? '')
      assert.equal(messages.length, 50)
      assert.ok(asked.filter((url) => url.startsWith('https://mmg.whatsapp.net/')).length >= 2)
    } finally {
      globalThis.fetch = fetchOfNode
    }
  })

  test('the owner of an account gets a history with it, and what is wrong is named', async () => {
    verifies('HIST-01', 'CTRL-02')
    await using simulator = await startSimulator()
    const history = { chats: [{ with: bob, messages: [{ at: ago(1000), text: 'hi' }] }] }
    simulator.createAccount({ phone: '15550008888', name: 'Hilda', history })
    const put = async (body: unknown) => {
      const url = `${simulator.controlUrl}/accounts/${owner}/history`
      const response = await fetch(url, { method: 'PUT', body: JSON.stringify(body) })
      const answer = (await response.json()) as { error?: { field: string }; chats?: object[] }
      return [response.status, answer.error?.field ?? answer.chats?.length]
    }
    assert.deepEqual(await put(history), [200, 1])
    const message = { at: ago(1), text: 'x' }
    const cases: [object, number, string][] = [
      [{ chats: [{ with: 'nobody' }] }, 422, 'chats.0.with'],
      [{ chats: [{ with: '1@g.us' }] }, 404, 'chats.0.with'],
      [{ chats: [{ with: bob, messages: [{ text: 'x' }] }] }, 422, 'chats.0.messages.0.at'],
      [{ chats: [{ with: bob, messages: [{ at: ago(1) }] }] }, 422, 'chats.0.messages.0.text'],
      [{ chats: [{ with: bob, messages: [{ ...message, colour: 1 }] }] }, 422, 'colour'],
      [{ chats: [], transfer: { chunkMessages: 0 } }, 422, 'transfer.chunkMessages'],
    ]
    for (const [body, status, field] of cases) assert.deepEqual(await put(body), [status, field])
    const { id } = simulator.createGroup({ subject: 'Theirs', owner: bob, members: [carol] })
    assert.deepEqual(await put({ chats: [{ with: id }] }), [422, 'chats.0.with'])
    const { id: ours } = simulator.createGroup({ subject: 'Ours', owner, members: [bob] })
    assert.deepEqual(await put({ chats: [{ with: ours, messages: [message] }] }), [
      422,
      'chats.0.messages.0.from',
    ])
  })
})
