import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { suite, test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import pino from 'pino'
import { useLinkedEngine } from '../../../test/harness-engine.ts'
import { until } from '../../../test/until.ts'
import type { InboundMessage } from '../events.ts'
import { proto } from '../library/library.ts'
import { messagesAtOnce, readHistory } from './history-chunk.ts'
import { type HistoryOptions, HistorySync } from './history-sync.ts'
import { streamFields } from './protobuf-fields.ts'

const [anna, ben, early] = ['15550008001', '15550008002', '15550008003']
const perChat = 900
let groupId = ''
const largest = { batch: 0, inFlight: 0 }

const world = useLinkedEngine({
  prepare(simulator, account) {
    for (const [phone, name] of [
      [anna, 'Anna'],
      [ben, 'Ben'],
      [early, 'Early'],
    ] as const) {
      simulator.createAccount({ phone, name })
    }
    groupId = simulator.groups.create({ owner: ben, subject: 'Old friends', members: [account, anna] }).id
    const at = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString()
    simulator.setHistory(account, {
      chats: [
        { with: anna, name: 'Anna of Accounts', archived: true, generate: { count: perChat } },
        {
          with: groupId,
          messages: [
            { at: at(50), from: ben, text: 'first in the group' },
            { at: at(40), fromMe: true, text: 'mine in the group' },
          ],
        },
        {
          with: ben,
          messages: [
            { at: at(60 * 24 * 200), text: 'long ago' },
            { at: at(30), text: 'lately' },
          ],
        },
      ],
      transfer: { external: true, bootstrapPerChat: 1, chunkMessages: 400, fullDays: 365, recentDays: 90 },
    })
  },
  prepareListener(listener) {
    const store = listener.onMessages.bind(listener)
    listener.onMessages = async (messages) => {
      largest.inFlight += messages.length
      largest.batch = Math.max(largest.batch, largest.inFlight)
      await store(messages)
      largest.inFlight -= messages.length
    }
  },
})
const sessionId = () => world.session.sessionId
const isText = (text: string) => (message: InboundMessage) =>
  message.content.kind === 'text' && message.content.text === text

suite('the history of a fresh link', () => {
  test('messages arrive once as history, in bounded batches, with their chats and authors', async () => {
    const { listener } = world
    const last = await listener.next('history', ({ kind, isComplete }) => kind === 'recent' && isComplete)
    assert.equal(last.percent, 100)
    const ofAnna = listener.all('message').filter(({ chatId }) => chatId === `${anna}@c.us`)
    assert.equal(new Set(ofAnna.map(({ waMessageId }) => waMessageId)).size, perChat)
    assert.equal(ofAnna.length, perChat)
    assert.ok(ofAnna.every(({ isHistory, isOffline }) => isHistory && !isOffline))
    assert.deepEqual(new Set(ofAnna.map(({ isFromMe }) => isFromMe)), new Set([true, false]))
    assert.ok(largest.batch <= messagesAtOnce, `${largest.batch} at once`)
    const inGroup = await listener.next('message', isText('first in the group'))
    assert.deepEqual([inGroup.chatId, inGroup.isGroup, inGroup.sender.phone], [groupId, true, ben])
    assert.equal((await listener.next('message', isText('mine in the group'))).isFromMe, true)
  })

  test('names, groups, archived chats and both addresses of a person are published', async () => {
    const { listener } = world
    const contact = await listener.next('contact', ({ name }) => name === 'Anna of Accounts')
    assert.equal(contact.person.phone, anna)
    assert.match(contact.person.lid ?? '', /^\d+$/)
    await listener.next('group', ({ chatId, subject }) => chatId === groupId && subject === 'Old friends')
    await listener.next('chat', ({ chatId, isArchived }) => chatId === `${anna}@c.us` && isArchived === true)
    await listener.next('mapping', ({ phone }) => phone === early)
    await listener.next('contact', ({ person }) => person.phone === early && person.pushName === 'Early')
  })

  test('what the first piece counts as read was read on the phone; later pieces do not say so', async () => {
    const { listener } = world
    await listener.next('history', ({ kind, isComplete }) => kind === 'recent' && isComplete)
    const countsOf = (phone: string) =>
      listener.all('chat').flatMap(({ chatId, unread }) => (chatId === `${phone}@c.us` && unread) || [])
    const [ofBen] = countsOf(ben)
    assert.equal(ofBen?.count, 0)
    assert.ok(Math.abs((ofBen.asOf?.getTime() ?? 0) - Date.now() + 30 * 60_000) < 120_000)
    // Her chat is in three pieces.
    assert.deepEqual(
      countsOf(anna).map(({ count }) => count),
      [0],
    )
  })

  test('progress counts what each piece held', async () => {
    const pieces = world.listener.all('history')
    assert.equal(pieces[0]?.kind, 'initial')
    const messages = pieces.reduce((sum, piece) => sum + piece.messages, 0)
    assert.equal(messages, perChat + 2 + 1)
    assert.ok(pieces.every(({ percent }) => percent === null || (percent >= 0 && percent <= 100)))
  })
})

suite('history that is asked for', () => {
  test('what is older than the oldest known message comes as history', async () => {
    const oldest = await world.listener.next('message', isText('lately'))
    const before = {
      waMessageId: oldest.waMessageId,
      isFromMe: false,
      sender: null,
      at: oldest.waTimestamp,
    }
    await world.engine.requestHistory(sessionId(), `${ben}@c.us`, before, 10)
    const older = await world.listener.next('message', isText('long ago'))
    assert.deepEqual([older.isHistory, older.chatId], [true, `${ben}@c.us`])
    const piece = await world.listener.next('history', ({ kind }) => kind === 'on_demand')
    assert.deepEqual([piece.isComplete, piece.messages], [true, 1])
  })
})

suite('a crash in the middle', () => {
  test('a piece that was not stored is taken in after the restart, and holds nothing back', async () => {
    const { listener, simulator } = world
    const store = listener.onMessages.bind(listener)
    let isBroken = false
    listener.onMessages = async (messages) => {
      if (messages.some(({ isHistory }) => isHistory)) {
        isBroken = true
        throw new Error('the database is gone')
      }
      await store(messages)
    }
    const known = await listener.next('message', isText('lately'))
    const before = { waMessageId: known.waMessageId, isFromMe: false, sender: null, at: known.waTimestamp }
    await world.engine.requestHistory(sessionId(), `${ben}@c.us`, before, 10)
    const { id } = await simulator.sendMessage(anna, { to: world.account, text: 'live meanwhile' })
    await listener.next('message', ({ waMessageId }) => waMessageId === id)
    await until('history that cannot be stored', () => isBroken || undefined)
    await world.restart()
    const again = await world.listener.next('message', isText('long ago'))
    assert.equal(again.isHistory, true)
    await world.listener.next('history', ({ kind }) => kind === 'on_demand')
  })
})

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = []
  for await (const item of items) list.push(item)
  return list
}

suite('reading a piece', () => {
  const encode = (messages: number) =>
    Buffer.from(
      proto.HistorySync.encode({
        syncType: 3,
        progress: 55,
        conversations: [
          {
            id: 'a@s.whatsapp.net',
            name: 'A',
            messages: Array.from({ length: messages }, (_, index) => ({
              message: { key: { id: String(index) } },
            })),
          },
        ],
        pushnames: [{ id: 'b@s.whatsapp.net', pushname: 'B' }],
      }).finish(),
    )

  test('it is read in parts however the bytes are cut', async () => {
    const bytes = encode(450)
    for (const size of [1, 7, 1000, bytes.length]) {
      const cuts = Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
        bytes.subarray(index * size, (index + 1) * size),
      )
      const parts = await all(readHistory(Readable.from(cuts)))
      const kinds = parts.map((part) => (part.kind === 'messages' ? part.messages.length : part.kind))
      assert.deepEqual(kinds, ['chat', 200, 200, 50, 'progress', 'pushname'], `cut every ${size}`)
    }
  })

  test('what ends in the middle, is no protobuf or too large is refused', async () => {
    const bytes = encode(3)
    const read = (source: Buffer, max = 1000) => all(streamFields(Readable.from([source]), max))
    await assert.rejects(read(bytes.subarray(0, -3)), /ends in the middle/)
    await assert.rejects(read(Buffer.from([0x0b, 0x01])), /unknown kind/)
    await assert.rejects(read(Buffer.alloc(20, 0xff)), /too long/)
    await assert.rejects(read(Buffer.from([0x12, 0xff, 0xff, 0x7f, 0x00])), /too large/)
  })
})

// A rejection that nobody takes would fail this test, as it would end the process.
test('a queue that cannot be read is left to the next connection', async () => {
  const kept: string[] = []
  const keys = { read: () => Promise.reject(new Error('the database is away')), write: () => undefined }
  const sync = new HistorySync({
    keys,
    log: pino({ level: 'silent' }),
    onKept: (id: string) => kept.push(id),
  } as unknown as HistoryOptions)
  sync.start()
  sync.receive('PIECE', {})
  await turn()
  assert.deepEqual(kept, [])
})
