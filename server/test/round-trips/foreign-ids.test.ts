import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import type { ApiClient } from '../api-client.ts'
import type { TestTenant } from '../harness.ts'
import { addContact, type LinkedSession, linkSession, nextEvent } from '../linked-session.ts'
import { untilAnswer } from '../until.ts'
import { openRoundTrip, type RoundTrip } from './round-trip.ts'

// What needs no linked session (uuids of every operation, in paths and bodies) is shown in test/operations.test.ts.

let trip: RoundTrip
let other: TestTenant
let otherSession: LinkedSession
let ids: Record<string, string>

/** Ids in braces are those of the first tenant; `{own}` is a working session of the caller, who is another tenant. */
type Row = [call: string, body?: Record<string, unknown> | undefined, status?: number]

const send = { session_id: '{session}', chat_id: '{chat}' }
const ownSend = { session_id: '{own}', chat_id: '{ownChat}', reply_to: '{message}' }
const people = { participants: ['+15550001111'] }

const rows: Row[] = [
  ['POST /messages/send', { ...send, message: 'x' }],
  ['POST /messages/send/poll', { ...send, title: 'x', options: ['a', 'b'] }],
  ['POST /messages/send/location', { ...send, latitude: 1, longitude: 1 }],
  ['POST /messages/send/vcard', { ...send, contacts: [{ name: 'x', phone: '+15550001111' }] }],
  ['POST /messages/send/media', { ...send, media_type: 'image', media_base64: 'AAAA' }],
  ['POST /messages/send/sticker', { ...send, media_base64: 'AAAA' }],
  ['POST /messages/send/gif', { ...send, media_base64: 'AAAA' }],
  ['POST /messages/send/voice', { ...send, media_base64: 'AAAA' }],
  ['POST /messages/send', { ...ownSend, message: 'x' }],
  ['POST /messages/send/poll', { ...ownSend, title: 'x', options: ['a', 'b'] }],
  ['GET /messages/{message}'],
  ['GET /messages/{waMessage}'],
  ['GET /messages/{file}/media'],
  ['GET /messages/{waFile}/media'],
  ['POST /messages/{message}/reply', { message: 'x' }],
  ['POST /messages/{message}/forward', { chat_id: '{ownChat}' }],
  ['POST /messages/{waMessage}/forward', { chat_id: '{ownChat}' }],
  ['POST /messages/{message}/react', { emoji: '👍' }],
  ['POST /messages/{waMessage}/react', { emoji: '👍' }],
  ['PATCH /messages/{message}', { message: 'x' }],
  ['DELETE /messages/{message}'],
  ['DELETE /messages/{waMessage}'],
  ['POST /messages/{message}/star'],
  ['DELETE /messages/{message}/star'],
  ['GET /messages/chats/{session}'],
  ['GET /messages/chat/{session}/{chat}'],
  ['GET /messages/chat/{session}/{chatRecord}'],
  ['GET /messages/chat/{own}/{chat}'],
  ['GET /messages/chat/{own}/{chatRecord}'],
  ['GET /messages/chat/{own}/{group}'],
  ['POST /messages/chat/{session}/{chat}/read'],
  ['POST /messages/chat/{own}/{chat}/read'],
  ['POST /messages/chat/{own}/{chatRecord}/read'],
  ['POST /messages/chat/{own}/{ownChat}/read', { message_ids: ['{message}'] }],
  ['POST /messages/chat/{session}/{chat}/typing', { state: 'typing' }],
  ['POST /messages/chat/{own}/{chatRecord}/typing', { state: 'typing' }],
  ['GET /contacts/{contact}'],
  ['PATCH /contacts/{contact}', { name: 'Mine now' }],
  ['GET /contacts/check?session_id={session}&phone=15550001111'],
  ['GET /calls?session_id={session}'],
  ['POST /calls/{call}/reject', { session_id: '{session}' }],
  ['POST /calls/{call}/reject', { session_id: '{own}' }],
  ['POST /status/send', { session_id: '{session}', message: 'x' }],
  ['GET /groups/available/{session}'],
  ['POST /groups/create', { session_id: '{session}', name: 'x', ...people }],
  ['POST /groups', { session_id: '{session}', wa_group_id: '{group}' }],
  ['GET /groups/wa/{group}?session_id={session}'],
  ['POST /groups/{group}/participants/add', { ...people, session_id: '{session}' }],
  ['PATCH /groups/{group}/settings', { subject: 'Mine now', session_id: '{session}' }],
  ['POST /groups/{group}/leave', { session_id: '{session}' }],
  ['GET /groups/invite-info?session_id={session}&invite=AAAABBBBCCCCDDDDEEEE12'],
  ['POST /groups/join', { session_id: '{session}', invite: 'AAAABBBBCCCCDDDDEEEE12' }],
  ['GET /sessions/{session}'],
  ['DELETE /sessions/{session}'],
  ['POST /sessions/{session}/start'],
  ['POST /sessions/{session}/stop'],
  ['POST /sessions/{session}/restart'],
  ['POST /sessions/{session}/logout'],
  ['GET /sessions/{session}/qr'],
  ['GET /sessions/{session}/timeline'],
  ['GET /sessions/{session}/history'],
  ['POST /sessions/{session}/history', { chat_id: '{chat}' }],
  ['POST /sessions/{session}/pairing-code', { phone: '+15550001111' }],
  ['PATCH /sessions/{session}/settings', { auto_transcribe: true }],
  ['PUT /sessions/{session}/presence', { presence: 'online' }],
  ['GET /sessions/{session}/presence/{chat}'],
  ['GET /sessions/{session}/events'],
  // No session of the caller is in the group; a group that does not exist is answered the same way.
  ['GET /groups/wa/{group}', undefined, 422],
  ['POST /groups/{group}/participants/add', people, 422],
  ['POST /groups/{group}/participants/remove', people, 422],
  ['POST /groups/{group}/admin/promote', people, 422],
  ['POST /groups/{group}/admin/demote', people, 422],
  ['PATCH /groups/{group}/settings', { subject: 'Mine now' }, 422],
  ['GET /groups/{group}/invite', undefined, 422],
  ['POST /groups/{group}/invite', undefined, 422],
  ['GET /groups/{group}/join-requests', undefined, 422],
  ['POST /groups/{group}/join-requests', { ...people, decision: 'approve' }, 422],
  ['POST /groups/{group}/leave', undefined, 422],
]

/** What WhatsApp itself tells any account that is no member: it is no knowledge of ours, and says nothing of a tenant. */
const outsiderRows: Row[] = [
  ['GET /groups/wa/{group}?session_id={own}', undefined, 403],
  ['POST /groups/{group}/participants/add', { ...people, session_id: '{own}' }, 403],
]

const fill = (text: string, encode: (part: string) => string = String) =>
  text.replaceAll(/\{(\w+)\}/g, (whole, name: string) => {
    const id = ids[name]
    if (id === undefined) assert.fail(`no id for ${whole}`)
    return encode(id)
  })

async function ask(api: ApiClient, [call, body]: Row): Promise<{ status: number; text: string }> {
  const [method = '', path = ''] = call.split(' ')
  const filled = body === undefined ? undefined : JSON.parse(fillJson(body))
  return api.call(method, fill(path, encodeURIComponent), filled === undefined ? {} : { body: filled })
}

const fillJson = (body: Record<string, unknown>): string =>
  JSON.stringify(body, (_, value: unknown) => (typeof value === 'string' ? fill(value) : value))

/** Everything of the first tenant that a stranger could have changed. */
async function look() {
  const { api } = trip.tenant
  const { session, message, contact } = ids
  return {
    session: await api.get(200, `/sessions/${session}`),
    message: await api.get(200, `/messages/${message}`),
    contact: await api.get(200, `/contacts/${contact}`),
    group: trip.app.simulator.groups.describe(trip.group),
    shown: trip.app.simulator.messages(trip.phone).length,
  }
}

suite('ids of another tenant', () => {
  before(async () => {
    trip = await openRoundTrip()
    const { app } = trip
    other = await app.tenant()
    otherSession = await linkSession(app, other.api)
    const stranger = addContact(app)
    const heard = nextEvent(app, 'message.received', ({ sessionId }) => sessionId === otherSession.id)
    await app.simulator.sendMessage(stranger, { to: otherSession.phone, text: 'Hello' })
    await heard
    const bytes = Buffer.from('a file')
    const file = await trip.receive('person', { media: { kind: 'document', bytes, fileName: 'a.txt' } })
    await trip.receive('group', { text: 'Hello all' })
    const sent = await trip.tenant.api.post(201, '/messages/send', { ...trip.to('person'), message: 'Own' })
    const { contacts } = await trip.tenant.api.get(200, `/contacts?search=${trip.phone}`)
    const ringing = nextEvent(app, 'call.received', ({ status }) => status === 'ringing')
    const call = app.simulator.call(trip.friend, { to: trip.session.phone })
    await ringing
    // Deliveries and receipts of what was sent would change it while strangers ask.
    await untilAnswer(
      () => trip.read(sent.id),
      ({ status }) => status === 'read',
    )
    ids = {
      session: trip.session.id,
      own: otherSession.id,
      ownChat: `${stranger}@c.us`,
      chat: trip.chatId('person'),
      chatRecord: sent.chat_id,
      message: sent.id,
      waMessage: sent.wa_message_id,
      file: file.message.id,
      waFile: file.message.wa_message_id,
      contact: contacts[0].id,
      call: call.id,
      group: trip.group,
    }
  })
  after(() => trip.close())

  test('404 for each of them wherever one goes (422 and 403 for groups of WhatsApp), and nothing happens', async () => {
    const before = await look()
    const wrong: string[] = []
    for (const row of [...rows, ...outsiderRows]) {
      const { status, text } = await ask(other.api, row)
      if (status !== (row[2] ?? 404))
        wrong.push(`${row[0]} ${JSON.stringify(row[1] ?? '')}: ${status} ${text.slice(0, 200)}`)
    }
    assert.deepEqual(wrong, [])
    const now = await look()
    assert.deepEqual(now, before)
  })

  test('the answer is the same as for an id that nobody has', async () => {
    const nobody = '01990000-0000-7000-8000-00000000dead'
    const real = { ...ids }
    const unknown: Record<string, string> = {
      session: nobody,
      message: nobody,
      file: nobody,
      contact: nobody,
      chatRecord: nobody,
      waMessage: 'AAAAAAAAAAAAAAAAAAAA',
      waFile: 'BBBBBBBBBBBBBBBBBBBB',
      call: 'CCCCCCCCCCCCCCCCCCCC',
      chat: '15559999999@c.us',
      group: '120363999999999999@g.us',
    }
    const differing: string[] = []
    for (const row of rows) {
      ids = real
      const foreign = await ask(other.api, row)
      ids = { ...real, ...unknown }
      const absent = await ask(other.api, row)
      const same = foreign.status === absent.status && detailOf(foreign.text) === detailOf(absent.text)
      if (!same) differing.push(`${row[0]}: ${foreign.text} / ${absent.text}`)
    }
    ids = real
    assert.deepEqual(differing, [])
  })

  test('lists of a tenant hold nothing of another', async () => {
    for (const path of ['/contacts', '/sessions', '/calls', '/groups', '/leads', '/webhooks']) {
      const text = JSON.stringify(await other.api.get(200, path))
      for (const id of [trip.session.id, trip.phone, ids.contact, ids.call, trip.group]) {
        assert.ok(id !== undefined && !text.includes(id), `${path} tells ${id}`)
      }
    }
  })
})

/** What an error says, without what differs from answer to answer. */
function detailOf(text: string): unknown {
  const { detail, code } = JSON.parse(text)
  return `${code} ${detail}`
}
