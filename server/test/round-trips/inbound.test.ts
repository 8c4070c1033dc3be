import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, before, suite, test } from 'node:test'
import { nextEvent } from '../linked-session.ts'
import { openRoundTrip, type Place, type RoundTrip } from './round-trip.ts'

// How files are kept, and all forms of ranges, are shown in features/media/media.test.ts; late content, order and
// authorship of changes in features/inbound/kinds.test.ts; what opted-out people do in features/opt-outs.

let trip: RoundTrip

// biome-ignore lint/suspicious/noExplicitAny: tests read answers of every shape
type Any = any

interface Row {
  name: string
  content: Record<string, unknown>
  type: string
  text?: string
  /** Parts of the message object; the webhook says the same. */
  holds?: Record<string, unknown>
  bytes?: Buffer
}

const mediaRow = (kind: string, mimetype: string, more: Record<string, unknown> = {}, flags = {}): Row => {
  const bytes = randomBytes(70_003)
  return {
    name: `${kind} ${Object.keys(flags).join()}`.trim(),
    type: kind,
    text: String(more.caption ?? ''),
    content: { media: { kind, bytes, mimetype, ...more }, ...flags },
    bytes,
    holds: {
      media: {
        mimetype,
        file_name: more.fileName ?? null,
        size: bytes.length,
        seconds: more.seconds ?? null,
      },
    },
  }
}

const place = { latitude: 1.25, longitude: -2.5, name: 'Pier', address: '2 Shore' }
const options = [
  { text: 'Soup', votes: 0 },
  { text: 'Salad', votes: 0 },
]
const long = `\u0645\u0631\u062D\u0628\u0627 👩‍👩‍👧 ${'y'.repeat(3000)}`

const rows: Row[] = [
  { name: 'a long text', content: { text: long }, type: 'text', text: long },
  {
    name: 'a forwarded text',
    content: { text: 'Pass it on', forwarded: true },
    type: 'text',
    text: 'Pass it on',
    holds: { is_forwarded: true },
  },
  {
    name: 'a disappearing text',
    content: { text: 'Soon gone', ephemeralSeconds: 86_400 },
    type: 'text',
    text: 'Soon gone',
  },
  mediaRow('image', 'image/jpeg', { caption: 'Look' }),
  mediaRow('video', 'video/mp4', { caption: 'Watch', seconds: 7 }),
  mediaRow('gif', 'video/mp4', { caption: 'Moves' }),
  mediaRow('audio', 'audio/mpeg', { seconds: 61 }),
  mediaRow('voice', 'audio/ogg; codecs=opus', { seconds: 3 }),
  mediaRow('document', 'application/pdf', { fileName: 'Plan ß.pdf', caption: 'Read' }),
  mediaRow('sticker', 'image/webp'),
  mediaRow('image', 'image/jpeg', { caption: 'Once' }, { viewOnce: true }),
  mediaRow('video', 'video/mp4', { caption: 'Once' }, { viewOnce: true }),
  mediaRow('image', 'image/png', { caption: 'Passed' }, { ephemeralSeconds: 3600 }),
  {
    name: 'a view-once picture that linked devices do not get',
    content: { media: { kind: 'image', bytes: randomBytes(100) }, viewOnce: 'hidden' },
    type: 'unknown',
  },
  {
    name: 'a place',
    content: { location: place },
    type: 'location',
    text: 'Pier',
    holds: { location: { ...place, is_live: false } },
  },
  {
    name: 'a live place',
    content: { location: { latitude: 3, longitude: 4, live: true } },
    type: 'location',
    holds: { location: { latitude: 3, longitude: 4, name: null, address: null, is_live: true } },
  },
  {
    name: 'cards',
    content: {
      contacts: [
        { name: 'Ann', phone: '15550007777' },
        { name: 'Bo', phone: '15550008888' },
      ],
    },
    type: 'vcard',
    text: 'Ann, Bo',
  },
  {
    name: 'a poll',
    content: { poll: { title: 'Lunch?', options: ['Soup', 'Salad'], multiple: true } },
    type: 'poll',
    text: 'Lunch?',
    holds: { poll: { title: 'Lunch?', options, allow_multiple: true } },
  },
  {
    name: 'a kind that nobody knows',
    content: { raw: { placeholderMessage: { type: 0 } } },
    type: 'unknown',
  },
  {
    name: 'an answer to buttons',
    content: {
      raw: { buttonsResponseMessage: { selectedButtonId: 'y', selectedDisplayText: 'Yes, please' } },
    },
    type: 'text',
    text: 'Yes, please',
  },
  {
    name: 'an invitation',
    content: {
      raw: { groupInviteMessage: { groupJid: '1@g.us', inviteCode: 'x', groupName: 'Neighbours' } },
    },
    type: 'text',
    text: 'Neighbours',
  },
]

/** Sends a row and looks at every side of it. */
async function check(row: Row, where: Place, more: Record<string, unknown> = {}): Promise<Any> {
  const { message, event, data } = await trip.receive(where, { ...row.content, ...more })
  const sender = [`+${trip.phone}`, 'Sample Contact']
  assert.deepEqual(
    [message.message_type, message.direction, message.status, message.wa_chat_id],
    [row.type, 'inbound', 'received', trip.chatId(where)],
  )
  assert.equal(message.content_preview ?? '', (row.text ?? '').slice(0, 500))
  assert.deepEqual([message.sender_phone, message.sender_name], sender)
  assert.deepEqual(
    [data.message_type, data.chat_id, data.message, data.is_group, data.has_media],
    [row.type, trip.chatId(where), row.text ?? '', where === 'group', row.bytes !== undefined],
  )
  assert.deepEqual([data.sender_phone, data.sender_name, data.message_id], [...sender, message.id])
  assert.equal(message.has_media, row.bytes !== undefined)
  for (const [name, value] of Object.entries(row.holds ?? {})) {
    const whole = name === 'media' ? { ...(value as object), url: message.media.url } : value
    assert.deepEqual(message[name], whole, name)
    assert.deepEqual(data[name], whole, `${name} in the webhook`)
  }
  const path = `/messages/chat/${trip.session.id}/${encodeURIComponent(trip.chatId(where))}?limit=1`
  const { messages } = await trip.tenant.api.get(200, path)
  assert.deepEqual(messages, [message])
  if (row.bytes !== undefined) await checkFile(message.id, row.bytes)
  return { message, event, data }
}

async function checkFile(id: string, bytes: Buffer): Promise<void> {
  const whole = await trip.file(id)
  assert.equal(whole.status, 200)
  assert.deepEqual(whole.bytes, bytes)
  const part = await trip.file(id, { range: 'bytes=65530-65545' })
  assert.equal(part.status, 206)
  assert.deepEqual(part.bytes, bytes.subarray(65_530, 65_546))
  assert.equal(part.headers['content-range'], `bytes 65530-65545/${bytes.length}`)
}

suite('round trips of what arrives', () => {
  before(async () => {
    trip = await openRoundTrip()
  })
  after(() => trip.close())

  for (const row of rows) {
    for (const where of ['person', 'group'] as const) {
      test(`${row.name} from a ${where}`, () => check(row, where))
    }
  }

  for (const where of ['person', 'group'] as const) {
    test(`every kind with a quote from a ${where}, and mentions`, async () => {
      const sent = await trip.tenant.api.post(201, '/messages/send', { ...trip.to(where), message: 'Ask' })
      await trip.app.simulator.nextMessage(trip.phone, ({ id }) => id === sent.wa_message_id)
      for (const row of rows.filter(({ content }) => !('raw' in content) && content.viewOnce === undefined)) {
        const { message, event, data } = await check(row, where, { quoted: sent.wa_message_id })
        assert.equal(message.reply_to_id, sent.id, row.name)
        assert.equal(event.quotedWaMessageId, sent.wa_message_id, row.name)
        assert.deepEqual(
          [data.reply_to_id, data.reply_to_wa_message_id, data.mentions],
          [sent.id, sent.wa_message_id, []],
        )
      }
      const mentions = { text: `@${trip.friend} look`, mentions: [trip.friend] }
      const { event, data } = await trip.receive(where, mentions)
      assert.deepEqual(event.mentions, [`${trip.friend}@c.us`])
      assert.deepEqual(
        [data.reply_to_id, data.reply_to_wa_message_id, data.mentions],
        [null, null, [`${trip.friend}@c.us`]],
      )
    })

    test(`edit, reaction, vote and revoke from a ${where}`, async () => {
      const { id, message } = await trip.receive(where, { text: 'Frist' })
      const say = (content: object) =>
        where === 'group'
          ? trip.app.simulator.sendGroupMessage(trip.group, { from: trip.phone, ...content } as never)
          : trip.app.simulator.sendMessage(trip.phone, { to: trip.session.phone, ...content } as never)
      const about = (name: string) => nextEvent(trip.app, name, ({ messageId }) => messageId === message.id)
      const isIt = (data: Any) => data.message_id === message.id

      const editing = about('message.edited')
      await say({ edit: { message: id, text: 'First' } })
      await editing
      const edited = await trip.delivered('message.edited', isIt)
      assert.deepEqual(
        [edited.message, edited.is_group, edited.direction],
        ['First', where === 'group', 'inbound'],
      )
      assert.equal((await trip.read(message.id)).content_preview, 'First')

      for (const emoji of ['🎉', '']) {
        const { data } = await trip.receive(where, { reaction: { message: id, emoji } })
        assert.deepEqual(
          [data.message_type, data.message, data.target_message_id, data.sender_phone],
          ['reaction', emoji, message.id, `+${trip.phone}`],
        )
        const { reactions } = await trip.read(message.id)
        const shown = reactions.map((one: Any) => [one.emoji, one.from])
        assert.deepEqual(shown, emoji === '' ? [] : [[emoji, `${trip.phone}@c.us`]])
      }

      const removing = about('message.deleted')
      await say({ revoke: { message: id } })
      await removing
      assert.equal((await trip.delivered('message.deleted', isIt)).message_type, 'text')
      const gone = await trip.read(message.id)
      assert.deepEqual([gone.content_preview, gone.deleted_at !== null], [null, true])

      const poll = await trip.receive(where, { poll: { title: 'Q', options: ['a', 'b'] } })
      const voting = nextEvent(trip.app, 'poll.vote')
      await say({ vote: { poll: poll.id, options: ['b'] } })
      await voting
      const vote = await trip.delivered('poll.vote', (data) => data.message_id === poll.message.id)
      assert.deepEqual(
        [vote.title, vote.chosen, vote.voter_phone, vote.direction],
        ['Q', ['b'], `+${trip.phone}`, 'inbound'],
      )
      const tally = [
        { text: 'a', votes: 0 },
        { text: 'b', votes: 1 },
      ]
      assert.deepEqual(vote.options, tally)
      assert.deepEqual((await trip.read(poll.message.id)).poll.options, tally)
    })

    test(`what the own phone writes to a ${where} is outbound and published as sent`, async () => {
      const own = trip.session.phone
      for (const row of rows.filter(({ content }) => !('raw' in content) && content.viewOnce === undefined)) {
        const leaving = nextEvent(trip.app, 'message.sent')
        const { id } = await (where === 'group'
          ? trip.app.simulator.sendGroupMessage(trip.group, { from: own, ...row.content } as never)
          : trip.app.simulator.sendMessage(own, { to: trip.phone, ...row.content } as never))
        await leaving
        const data = await trip.delivered('message.sent', (it) => it.wa_message_id === id)
        assert.deepEqual([data.chat_id, data.metadata], [trip.chatId(where), { origin: 'phone' }], row.name)
        const message = await trip.read(data.message_id)
        assert.deepEqual([message.direction, message.message_type], ['outbound', row.type], row.name)
        assert.equal(message.content_preview ?? '', (row.text ?? '').slice(0, 500), row.name)
        if (row.bytes !== undefined) await checkFile(message.id, row.bytes)
      }
    })
  }

  test('calls and status posts', async () => {
    const { simulator } = trip.app
    const ringing = nextEvent(trip.app, 'call.received', ({ status }) => status === 'ringing')
    const { id } = simulator.call(trip.phone, { to: trip.session.phone, video: true })
    await ringing
    const call = await trip.delivered('call.received', (data) => data.call_id === id)
    assert.deepEqual([call.caller_phone, call.is_video, call.status], [`+${trip.phone}`, true, 'ringing'])
    const missed = nextEvent(trip.app, 'call.received', ({ status }) => status === 'missed')
    simulator.endCall(trip.phone, id)
    await missed

    const media = { kind: 'image' as const, bytes: randomBytes(500), caption: 'Sunrise' }
    for (const [content, expected] of [
      [{ text: 'Open' }, ['text', 'Open', false]],
      [{ media }, ['image', 'Sunrise', true]],
    ] as const) {
      const posted = nextEvent(trip.app, 'status.received')
      const { id: post } = await simulator.postStatus(trip.phone, { ...content, to: [trip.session.phone] })
      await posted
      const data = await trip.delivered('status.received', (it) => it.wa_message_id === post)
      assert.deepEqual([data.message_type, data.message, data.has_media], expected)
      assert.equal(data.author_phone, `+${trip.phone}`)
    }
  })

  test('every delivery of all this has the contract’s form', () => trip.checkDeliveries())
})
