import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import sharp from 'sharp'
import { type MediaSamples, makeMediaSamples } from '../media-samples.ts'
import { untilAnswer } from '../until.ts'
import { checkMessage, openRoundTrip, type Place, type RoundTrip } from './round-trip.ts'

// Conversions by ffmpeg and what is refused are shown in features/sending/send-files.test.ts, limits of the fields in
// test/bad-input-sends.ts, votes in features/sending/sending.test.ts.

let trip: RoundTrip
let samples: MediaSamples

// biome-ignore lint/suspicious/noExplicitAny: what the phone shows has another form for every kind
type Shown = any

interface Row {
  name: string
  /** Below `/messages/send`. */
  path: string
  body(): Record<string, unknown>
  /** What the API and the phone call it. */
  type: string
  kind: string
  preview: string
  shows?(shown: Shown): void
  /** The file that has to arrive, byte for byte. */
  file?(): Buffer
  media?: Record<string, unknown>
}

const base64 = (bytes: Buffer) => bytes.toString('base64')
const place = { latitude: -33.8568, longitude: 151.2153, name: 'Opera', address: '2 Point, Sydney' }
const ana = { name: 'Ana Ruiz', phone: '+15559876543', organization: 'Fruit', email: 'ana@example.com' }
const card =
  'BEGIN:VCARD\nVERSION:3.0\nN:;Bo;;;\nFN:Bo\nTEL;type=CELL;waid=15559876544:+15559876544\nEND:VCARD'
const long = `Grüße 🦋 \u202Eabc\u202C\n\t${'x'.repeat(4000)}`

const file = (
  name: string,
  path: string,
  kind: string,
  source: (files: MediaSamples) => Buffer,
  more: Record<string, unknown>,
  media: Record<string, unknown>,
): Row => ({
  name,
  path,
  type: kind,
  kind,
  preview: String(more.caption ?? ''),
  body: () => ({ media_base64: base64(source(samples)), ...more }),
  file: () => source(samples),
  media,
  shows: ({ media: shown }) => {
    assert.equal(shown.caption, more.caption)
    assert.equal(shown.fileName, more.filename)
  },
})

const rows: Row[] = [
  {
    name: 'a text of 4,000 characters in several scripts',
    path: '',
    type: 'text',
    kind: 'text',
    preview: long.slice(0, 500),
    body: () => ({ message: long }),
    shows: ({ text }) => assert.equal(text, long),
  },
  {
    name: 'a text that mentions',
    path: '',
    type: 'text',
    kind: 'text',
    preview: 'Hi @15550009999',
    body: () => ({ message: 'Hi @15550009999', mentions: ['+1 555 000-9999'] }),
    shows: ({ mentions }) => assert.deepEqual(mentions, ['15550009999@c.us']),
  },
  file(
    'an image',
    '/media',
    'image',
    (it) => it.jpeg,
    { media_type: 'image', caption: 'Look' },
    {
      mimetype: 'image/jpeg',
    },
  ),
  file(
    'a video',
    '/media',
    'video',
    (it) => it.mp4,
    { media_type: 'video', caption: 'Watch' },
    {
      mimetype: 'video/mp4',
      seconds: 1,
    },
  ),
  file(
    'audio',
    '/media',
    'audio',
    (it) => it.mp3,
    { media_type: 'audio' },
    {
      mimetype: 'audio/mpeg',
      seconds: 2,
    },
  ),
  file(
    'a voice note',
    '/voice',
    'voice',
    (it) => it.opus,
    {},
    {
      mimetype: 'audio/ogg; codecs=opus',
      seconds: 2,
    },
  ),
  file(
    'a document',
    '/media',
    'document',
    (it) => it.pdf,
    { media_type: 'document', filename: 'Größe.pdf', caption: 'Read' },
    {
      mimetype: 'application/pdf',
      file_name: 'Größe.pdf',
    },
  ),
  file('a sticker', '/sticker', 'sticker', (it) => it.sticker, {}, { mimetype: 'image/webp' }),
  file('a GIF', '/gif', 'gif', (it) => it.mp4, { caption: 'Moves' }, { mimetype: 'video/mp4', seconds: 1 }),
  {
    name: 'a place',
    path: '/location',
    type: 'location',
    kind: 'location',
    preview: 'Opera',
    body: () => place,
    shows: ({ location }) => assert.deepEqual(location, place),
  },
  {
    name: 'cards',
    path: '/vcard',
    type: 'vcard',
    kind: 'contact',
    preview: 'Ana Ruiz, Cy',
    body: () => ({ contacts: [ana, { name: 'Cy', phone: '15559876545' }] }),
    shows: ({ contacts }) => {
      assert.deepEqual(
        contacts.map(({ name, phone }: Shown) => [name, phone?.replace(/\D/g, '')]),
        [
          ['Ana Ruiz', '15559876543'],
          ['Cy', '15559876545'],
        ],
      )
      assert.match(contacts[0].vcard, /ORG:Fruit/)
      assert.match(contacts[0].vcard, /EMAIL[^\n]*:ana@example\.com/)
    },
  },
  {
    name: 'a card as it is',
    path: '/vcard',
    type: 'vcard',
    kind: 'contact',
    preview: 'Bo',
    body: () => ({ vcard: card }),
    shows: ({ contacts }) => assert.equal(contacts[0].vcard, card),
  },
  {
    name: 'a poll',
    path: '/poll',
    type: 'poll',
    kind: 'poll',
    preview: 'Lunch?',
    body: () => ({ title: 'Lunch?', options: ['Soup', 'Salad'], allow_multiple: true }),
    shows: ({ poll }) => {
      assert.deepEqual([poll.title, poll.options, poll.multiple], ['Lunch?', ['Soup', 'Salad'], true])
    },
  },
]

const shownTo = (phone: string, id: string) =>
  trip.app.simulator.nextMessage(phone, (message) => message.id === id)

/** What the people there call the chat. */
const chatAs = (where: Place) => (where === 'group' ? trip.group : `${trip.session.phone}@c.us`)

/** Sends a row to a place and looks at every side of it. */
async function check(row: Row, where: Place, more: Record<string, unknown> = {}): Promise<void> {
  const body = { ...trip.to(where), ...row.body(), ...more }
  const sent = checkMessage(await trip.tenant.api.post(201, `/messages/send${row.path}`, body))
  assert.deepEqual(
    [sent.message_type, sent.content_preview ?? '', sent.direction, sent.status, sent.wa_chat_id],
    [row.type, row.preview, 'outbound', 'sent', trip.chatId(where)],
  )
  assert.equal(sent.has_media, row.file !== undefined)
  if (row.file !== undefined) {
    const file = { file_name: null, seconds: null, size: row.file().length, ...row.media }
    assert.deepEqual(sent.media, { ...file, url: sent.media.url })
  }
  const readers = where === 'group' ? [trip.phone, trip.friend] : [trip.phone]
  for (const reader of readers) {
    const shown = await shownTo(reader, sent.wa_message_id)
    assert.equal(shown.kind, row.kind)
    assert.equal(shown.from, `${trip.session.phone}@c.us`)
    row.shows?.(shown)
    if (row.file !== undefined) {
      assert.deepEqual(await trip.app.simulator.mediaOf(reader, shown.id), row.file())
    }
  }
  if (row.file !== undefined) assert.deepEqual((await trip.file(sent.id)).bytes, row.file())
  const kept = await trip.read(sent.id)
  for (const name of ['media', 'poll', 'location', 'vcards', 'content_preview', 'wa_message_id'] as const) {
    assert.deepEqual(kept[name], sent[name], name)
  }
  const delivered = await trip.delivered('message.sent', (data) => data.message_id === sent.id)
  assert.deepEqual([delivered.chat_id, delivered.wa_message_id], [sent.wa_chat_id, sent.wa_message_id])
}

suite('round trips of what is sent', () => {
  before(async () => {
    samples = await makeMediaSamples()
    trip = await openRoundTrip()
  })
  after(() => trip.close())

  for (const row of rows) {
    for (const where of ['person', 'group'] as const) {
      test(`${row.name} to a ${where}`, () => check(row, where))
    }
  }

  test('every file by URL and as an upload arrives byte for byte', async () => {
    for (const [at, row] of rows.filter(({ file }) => file !== undefined).entries()) {
      const { media_base64: _, ...rest } = row.body()
      const bytes = row.file?.() ?? Buffer.alloc(0)
      trip.web.files.set(`/files/${at}`, bytes)
      const url = `${trip.web.origin}/files/${at}`
      await check({ ...row, body: () => ({ ...rest, media_url: url }) }, 'person')
      const form = new FormData()
      for (const [name, value] of Object.entries({ ...trip.to('person'), ...rest }))
        form.set(name, String(value))
      form.set('file', new Blob([bytes], { type: 'text/html' }), 'upload.bin')
      const encoded = new Response(form)
      const response = await trip.app.app.http.inject({
        method: 'POST',
        url: `/api/v2/messages/send${row.path}`,
        headers: {
          authorization: `Bearer ${trip.tenant.token}`,
          'content-type': encoded.headers.get('content-type') ?? '',
        },
        payload: Buffer.from(await encoded.arrayBuffer()),
      })
      assert.equal(response.statusCode, 201, `${row.name}: ${response.body}`)
      const sent = checkMessage(response.json())
      await shownTo(trip.phone, sent.wa_message_id)
      assert.deepEqual(await trip.app.simulator.mediaOf(trip.phone, sent.wa_message_id), bytes, row.name)
    }
  })

  test('a PNG becomes a sticker of 512 times 512', async () => {
    const body = { ...trip.to('group'), media_base64: base64(samples.png) }
    const sent = checkMessage(await trip.tenant.api.post(201, '/messages/send/sticker', body))
    await shownTo(trip.friend, sent.wa_message_id)
    const bytes = await trip.app.simulator.mediaOf(trip.friend, sent.wa_message_id)
    const { width, height, format } = await sharp(bytes).metadata()
    assert.deepEqual([width, height, format, sent.media.size], [512, 512, 'webp', bytes.length])
  })

  for (const where of ['person', 'group'] as const) {
    test(`every kind can quote in a ${where}`, async () => {
      const { id, message } = await trip.receive(where, { text: `Quote me ${where}` })
      for (const row of rows) {
        const body = { ...trip.to(where), ...row.body(), reply_to: message.id }
        const sent = checkMessage(await trip.tenant.api.post(201, `/messages/send${row.path}`, body))
        assert.equal(sent.reply_to_id, message.id, row.name)
        const { quoted } = await shownTo(trip.phone, sent.wa_message_id)
        assert.deepEqual([quoted?.id, quoted?.text], [id, `Quote me ${where}`], row.name)
      }
    })

    test(`reply, reaction, edit, star and unsend in a ${where}`, async () => {
      const { simulator } = trip.app
      const { api } = trip.tenant
      const { id, message } = await trip.receive(where, { text: 'Do something' })
      const reply = checkMessage(await api.post(201, `/messages/${message.id}/reply`, { message: 'Done' }))
      assert.equal((await shownTo(trip.phone, reply.wa_message_id)).quoted?.id, id)
      const reacted = checkMessage(await api.post(200, `/messages/${message.id}/react`, { emoji: '👍🏽' }))
      assert.equal(reacted.reactions[0].emoji, '👍🏽')
      await simulator.nextMessage(trip.phone, (it) => it.kind === 'reaction' && it.target === id)
      assert.deepEqual(simulator.message(trip.phone, id).reactions, {
        [`${trip.session.phone}@c.us`]: '👍🏽',
      })
      const edited = checkMessage(await api.patch(200, `/messages/${reply.id}`, { message: 'Done!' }))
      assert.ok(edited.edited_at)
      await simulator.nextMessage(trip.phone, (it) => it.kind === 'edit' && it.target === reply.wa_message_id)
      assert.equal(simulator.message(trip.phone, reply.wa_message_id).editedText, 'Done!')
      const change = await trip.delivered('message.edited', (data) => data.message_id === reply.id)
      assert.deepEqual([change.message, change.direction], ['Done!', 'outbound'])
      const starred = checkMessage(await api.post(200, `/messages/${reply.id}/star`))
      assert.equal(starred.is_starred, true)
      assert.equal(checkMessage(await api.delete(200, `/messages/${reply.id}/star`)).is_starred, false)
      assert.deepEqual(await api.delete(200, `/messages/${reply.id}`), { status: 'deleted', id: reply.id })
      await simulator.nextMessage(
        trip.phone,
        (it) => it.kind === 'revoke' && it.target === reply.wa_message_id,
      )
      assert.equal(simulator.message(trip.phone, reply.wa_message_id).isRevoked, true)
      const gone = await trip.delivered('message.deleted', (data) => data.message_id === reply.id)
      assert.equal(gone.direction, 'outbound')
      const kept = await trip.read(reply.id)
      assert.deepEqual([kept.content_preview, kept.deleted_at !== null], [null, true])
    })

    test(`read marks and typing in a ${where}`, async () => {
      const { id, message } = await trip.receive(where, { text: 'Seen?' })
      const path = `/messages/chat/${trip.session.id}/${encodeURIComponent(trip.chatId(where))}`
      const marked = await trip.tenant.api.post(200, `${path}/read`, { message_ids: [message.id] })
      assert.deepEqual(marked, { status: 'ok', marked: 1 })
      await trip.app.simulator.nextEvent(
        trip.phone,
        (it) => it.type === 'receipt' && it.receipt === 'read' && it.ids.includes(id),
      )
      await trip.tenant.api.post(200, `${path}/typing`, { state: 'recording', duration_ms: 20 })
      await trip.app.simulator.nextEvent(
        trip.phone,
        (it) => it.type === 'typing' && it.state === 'recording' && it.chat === chatAs(where),
      )
    })
  }

  test('every kind but polls is forwarded with the same bytes, from person to group and back', async () => {
    for (const row of rows.filter(({ type }) => type !== 'poll')) {
      for (const [from, onto] of [
        ['person', 'group'],
        ['group', 'person'],
      ] as const) {
        const body = { ...trip.to(from), ...row.body() }
        const original = await trip.tenant.api.post(201, `/messages/send${row.path}`, body)
        const again = checkMessage(
          await trip.tenant.api.post(201, `/messages/${original.id}/forward`, { chat_id: trip.chatId(onto) }),
        )
        assert.deepEqual([again.message_type, again.is_forwarded], [row.type, true], row.name)
        const shown = await shownTo(trip.phone, again.wa_message_id)
        assert.deepEqual([shown.kind, shown.forwarded, shown.chat], [row.kind, true, chatAs(onto)], row.name)
        if (row.name !== 'a text that mentions') row.shows?.(shown)
        if (row.file !== undefined) {
          assert.deepEqual(await trip.app.simulator.mediaOf(trip.phone, shown.id), row.file(), row.name)
        }
      }
    }
  })

  test('delivery and reading reach object and webhook', async () => {
    const sent = await trip.tenant.api.post(201, '/messages/send', {
      ...trip.to('person'),
      message: 'Read this',
    })
    const isRead = (data: { message_id: string }) => data.message_id === sent.id
    await shownTo(trip.phone, sent.wa_message_id)
    await untilAnswer(
      () => trip.read(sent.id),
      ({ status }) => status === 'read',
    )
    await trip.delivered('message.delivered', isRead)
    await trip.delivered('message.read', isRead)
    const kept = await trip.read(sent.id)
    assert.ok(kept.delivered_at && kept.read_at)
  })

  test('to a channel: texts and files as they are', async () => {
    const { id: channel } = trip.app.simulator.channels.create({ owner: trip.session.phone, name: 'News' })
    const to = { session_id: trip.session.id, chat_id: channel }
    for (const row of rows.filter(({ path }) => path === '' || path === '/media')) {
      const body = { ...to, ...row.body(), mentions: undefined }
      const sent = checkMessage(await trip.tenant.api.post(201, `/messages/send${row.path}`, body))
      assert.deepEqual([sent.wa_chat_id, sent.message_type], [channel, row.type])
      const post = trip.app.simulator.channels.posts(channel).find(({ id }) => id === sent.wa_message_id)
      assert.equal(post?.kind, row.kind, row.name)
      if (row.file === undefined) row.shows?.({ ...post, mentions: ['15550009999@c.us'] })
      else assert.deepEqual(await trip.app.simulator.channels.mediaOf(channel, post?.id ?? ''), row.file())
    }
  })

  test('every delivery of all this has the contract’s form', () => trip.checkDeliveries())
})
