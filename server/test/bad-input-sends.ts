import { type BadRequest, long, nobody, row } from './bad-input-rows.ts'

const send = (kind: string, content: Record<string, unknown>, says: RegExp, status = 422) =>
  row(
    'owner',
    `POST /messages/send/${kind}`,
    { session_id: '{session}', chat_id: '4915550100002', ...content },
    status,
    says,
  )

const contacts = [{ name: 'A', phone: '4915550100003' }]
const options = ['a', 'b']
const png = 'iVBORw0KGgo='

const contents: BadRequest[] = [
  send('poll', { options }, /^title/),
  send('poll', { title: '', options }, /^title/),
  send('poll', { title: long(256), options }, /^title/),
  send('poll', { question: 'a', title: 'b', options }, /^question/),
  send('poll', { title: 'Q' }, /^options/),
  send('poll', { title: 'Q', options: ['a'] }, /^options/),
  send('poll', { title: 'Q', options: ['a', ' a '] }, /^options/),
  send('poll', { title: 'Q', options: ['a', ''] }, /^options/),
  send('poll', { title: 'Q', options: ['a', long(101)] }, /^options/),
  send('poll', { title: 'Q', options: Array.from({ length: 13 }, (_, at) => `${at}`) }, /^options/),
  send('poll', { title: 'Q', options: 'a,b' }, /^options/),
  send('poll', { title: 'Q', options, allow_multiple: 'yes' }, /^allow_multiple/),
  send('location', { longitude: 1 }, /^latitude/),
  send('location', { latitude: 90.1, longitude: 1 }, /^latitude/),
  send('location', { latitude: 1, longitude: -181 }, /^longitude/),
  send('location', { latitude: '1', longitude: 1 }, /^latitude/),
  send('location', { latitude: 1, longitude: 1, name: long(256) }, /^name/),
  send('vcard', {}, /^contacts/),
  send('vcard', { contacts: [] }, /^contacts/),
  send('vcard', { contacts: Array.from({ length: 11 }, () => contacts[0]) }, /^contacts/),
  send('vcard', { contacts: [{ name: 'A' }] }, /^contacts\.0\.phone/),
  send('vcard', { contacts: [{ name: 'A', phone: 'x' }] }, /^contacts\.0\.phone/),
  send('vcard', { contacts: [{ ...contacts[0], email: 'x' }] }, /^contacts\.0\.email/),
  send('vcard', { contacts, vcard: 'BEGIN:VCARD' }, /^contacts/),
  send('vcard', { vcard: 'x' }, /^vcard/),
  send('vcard', { vcard: 'BEGIN:VCARD\nVERSION:4.0\nFN:A\nEND:VCARD' }, /^vcard/),
  send('vcard', { contacts }, /not connected/, 400),
  row(
    'owner',
    'POST /messages/send',
    { session_id: '{session}', chat_id: '4915550100002', message: 'x', mentions: ['x'] },
    422,
    /^mentions/,
  ),
  row(
    'sender',
    'POST /messages/send/poll',
    { session_id: '{foreignSession}', chat_id: '4915550100002', title: 'Q', options },
    404,
    /not found/i,
  ),
  row(
    'reader',
    'POST /messages/send/poll',
    { session_id: '{session}', chat_id: '4915550100002', title: 'Q', options },
    403,
    /scope/i,
  ),
]

const files: BadRequest[] = [
  send('sticker', {}, /^media_url/),
  send('sticker', { media_url: 'https://example.com/a.webp', media_base64: png }, /^media_url/),
  send('sticker', { media_url: 17 }, /^media_url/),
  send('sticker', { media_url: long(2049) }, /^media_url/),
  send('sticker', { media_base64: png }, /not connected/, 400),
  send('gif', { media_base64: png, caption: long(1025) }, /^caption/),
  send('media', { media_base64: png }, /^media_type/),
  send('media', { media_type: 'sticker', media_base64: png }, /^media_type/),
  send('media', { media_type: 'image', media_base64: '' }, /^media_base64/),
  send('media', { media_type: 'document', media_base64: png, filename: long(256) }, /^filename/),
  send('voice', {}, /^media_url/),
  send('voice', { media_base64: long(30_000_000) }, /too large/i, 413),
  row('nobody', 'POST /messages/send/media', { media_base64: long(1000) }, 401, /auth|credential|key|token/i),
  row('sender', `GET /messages/${nobody}/media`, undefined, 403, /scope/i),
  row('reader', `GET /messages/${nobody}/media`, undefined, 403, /Chat history access requires opt-in/),
  row('owner', `GET /messages/${nobody}/media`, undefined, 404, /not found/i),
]

const actions: BadRequest[] = [
  row('owner', `POST /messages/${nobody}/reply`, { message: 'x' }, 404, /not found/i),
  row('owner', `POST /messages/${nobody}/reply`, { message: '' }, 422, /^message/),
  row('owner', `POST /messages/${nobody}/reply`, { message: long(4097) }, 422, /^message/),
  row('owner', `POST /messages/${nobody}/forward`, { chat_id: '4915550100002' }, 404, /not found/i),
  row('owner', `POST /messages/${nobody}/forward`, {}, 422, /^chat_id/),
  row('owner', `POST /messages/${nobody}/forward`, { chat_id: 'x' }, 422, /^chat_id/),
  row('owner', `POST /messages/${nobody}/react`, { emoji: '👍' }, 404, /not found/i),
  row('owner', `POST /messages/${nobody}/react`, {}, 422, /^emoji/),
  row('owner', `POST /messages/${nobody}/react`, { emoji: 'ok' }, 422, /^emoji/),
  row('owner', `POST /messages/${nobody}/react`, { emoji: '👍👍' }, 422, /^emoji/),
  row('owner', `PATCH /messages/${nobody}`, { message: 'x' }, 404, /not found/i),
  row('owner', `PATCH /messages/${nobody}`, {}, 422, /^message/),
  row('owner', `DELETE /messages/${nobody}`, undefined, 404, /not found/i),
  row('owner', `POST /messages/${nobody}/star`, undefined, 404, /not found/i),
  row('owner', `DELETE /messages/${nobody}/star`, undefined, 404, /not found/i),
  row('reader', `POST /messages/${nobody}/react`, { emoji: '👍' }, 403, /scope/i),
  row('reader', `DELETE /messages/${nobody}`, undefined, 403, /scope/i),
  row('owner', 'POST /messages/chat/{session}/4915550100002@c.us/read', undefined, 400, /not connected/),
  row(
    'owner',
    'POST /messages/chat/{session}/4915550100002@c.us/read',
    { message_ids: ['x'] },
    422,
    /^message_ids/,
  ),
  row(
    'owner',
    'POST /messages/chat/{session}/4915550100002@c.us/read',
    { message_ids: [] },
    422,
    /^message_ids/,
  ),
  row('owner', 'POST /messages/chat/{foreignSession}/4915550100002@c.us/read', undefined, 404, /not found/i),
  row('owner', 'POST /messages/chat/{session}/4915550100002@c.us/typing', {}, 422, /^state/),
  row('owner', 'POST /messages/chat/{session}/4915550100002@c.us/typing', { state: 'x' }, 422, /^state/),
  row(
    'owner',
    'POST /messages/chat/{session}/4915550100002@c.us/typing',
    { state: 'typing', duration_ms: -1 },
    422,
    /^duration_ms/,
  ),
  row(
    'owner',
    'POST /messages/chat/{session}/4915550100002@c.us/typing',
    { state: 'typing' },
    400,
    /not connected/,
  ),
  row('owner', 'PATCH /tenant/settings', { store_media: 'yes' }, 422, /^store_media/),
  row('owner', 'PATCH /tenant/settings', { media_retention_days: 366 }, 422, /^media_retention_days/),
]

/** Bad requests about sends of every kind, files, and what can be done to messages. */
export const badSendRequests: readonly BadRequest[] = [...contents, ...files, ...actions]
