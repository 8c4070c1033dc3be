/** One bad request: who asks, what, and the answer it must get. */
export interface BadRequest {
  as: Asker
  call: string
  /** An object is sent as JSON, a string as it is. */
  body?: unknown
  headers?: Record<string, string>
  status: number
  /** What `detail` must say; for 422 the field it must name. */
  says: RegExp
}

/** `owner` and `member` come with access tokens, `reader` and `sender` with keys of few scopes, `nobody` with nothing. */
export type Asker = 'owner' | 'member' | 'settingsKey' | 'reader' | 'sender' | 'nobody' | 'free'

const row = (
  as: Asker,
  call: string,
  body: unknown,
  status: number,
  says: RegExp,
  headers?: Record<string, string>,
): BadRequest => ({
  as,
  call,
  status,
  says,
  ...(body === undefined ? {} : { body }),
  ...(headers === undefined ? {} : { headers }),
})
const owner = (call: string, body: unknown, status: number, says: RegExp, headers?: Record<string, string>) =>
  row('owner', call, body, status, says, headers)
const long = (length: number) => 'x'.repeat(length)
const nobody = '01990000-0000-7000-8000-000000000000'
const json = { 'content-type': 'application/json' }

const credentials: BadRequest[] = [
  row('nobody', 'GET /sessions', undefined, 401, /auth|credential|key|token/i),
  row('nobody', 'GET /sessions', undefined, 401, /auth|credential|key|token/i, { 'x-api-key': 'mf_unknown' }),
  row('nobody', 'GET /sessions', undefined, 401, /auth|credential|key|token/i, { 'x-api-key': '' }),
  row('nobody', 'GET /sessions', undefined, 401, /auth|credential|key|token/i, { authorization: 'Bearer' }),
  row('nobody', 'GET /sessions', undefined, 401, /auth|credential|key|token/i, {
    authorization: 'Bearer not.a.jwt',
  }),
  row('nobody', 'GET /sessions', undefined, 401, /auth|credential|key|token/i, {
    authorization: 'Basic b3duZXI6cGFzcw==',
  }),
  row('nobody', 'GET /sessions', undefined, 401, /auth|credential|key|token/i, {
    authorization: `Bearer ${long(9000)}`,
  }),
  row('nobody', 'GET /sessions', undefined, 401, /auth|credential|key|token/i, {
    'x-api-key': "mf_' OR 1=1 --",
  }),
  row('owner', 'GET /sessions', undefined, 401, /credential/i, { 'x-api-key': 'mf_another' }),
  row('nobody', 'POST /sessions', { name: 'x' }, 401, /auth|credential|key|token/i),
  row('nobody', 'DELETE /sessions/{session}', undefined, 401, /auth|credential|key|token/i),
  row(
    'nobody',
    'POST /messages/send',
    { session_id: '{session}', chat_id: '4915550100002', message: 'x' },
    401,
    /auth|credential|key|token/i,
  ),
  row('nobody', 'GET /sessions/{session}/events', undefined, 401, /auth|credential|key|token/i),
  row(
    'nobody',
    'GET /sessions/{session}/events?token=nonsense',
    undefined,
    401,
    /auth|credential|key|token/i,
  ),
  row('nobody', 'GET /webhooks', undefined, 401, /auth|credential|key|token/i),
  row('nobody', 'GET /api-keys', undefined, 401, /auth|credential|key|token/i),
  row('nobody', 'PATCH /tenant/settings', {}, 401, /auth|credential|key|token/i),
  row('nobody', 'GET /usage/current', undefined, 401, /auth|credential|key|token/i),
  row('nobody', 'GET /users/me', undefined, 401, /auth|credential|key|token/i),
]

const scopes: BadRequest[] = [
  row('reader', 'POST /sessions', { name: 'x' }, 403, /scope/i),
  row('reader', 'DELETE /sessions/{session}', undefined, 403, /scope/i),
  row('reader', 'POST /sessions/{session}/start', undefined, 403, /scope/i),
  row('reader', 'POST /sessions/{session}/pairing-code', { phone: '4915550100002' }, 403, /scope/i),
  row('reader', 'PATCH /sessions/{session}/settings', { auto_transcribe: true }, 403, /scope/i),
  row(
    'reader',
    'POST /messages/send',
    { session_id: '{session}', chat_id: '4915550100002', message: 'x' },
    403,
    /scope/i,
  ),
  row('reader', 'POST /webhooks', { url: 'https://example.com', events: ['message.sent'] }, 403, /scope/i),
  row('reader', 'POST /webhooks/{hook}/test', undefined, 403, /scope/i),
  row('reader', 'GET /api-keys', undefined, 403, /scope/i),
  row('reader', 'PATCH /tenant/settings', { require_approval: true }, 403, /scope/i),
  row('sender', 'GET /sessions', undefined, 403, /scope/i),
  row('sender', 'GET /messages/chats/{session}', undefined, 403, /scope/i),
  row('sender', 'GET /webhooks/{hook}', undefined, 403, /scope/i),
  row('member', 'PATCH /tenant/settings', { require_approval: true }, 403, /./),
  row('member', 'POST /api-keys', { name: 'x', scopes: ['sessions:read'] }, 403, /./),
  row('settingsKey', 'PATCH /tenant/settings', { cold_contacts: 'warn' }, 403, /cold_contacts|key/i),
  row('settingsKey', 'POST /api-keys', { name: 'x', scopes: ['messages:send'] }, 403, /scope/i),
  row('settingsKey', 'POST /api-keys', { name: 'x', scopes: ['*'] }, 403, /scope|owner/i),
  row('reader', 'GET /messages/chats/{session}', undefined, 403, /Chat history access requires opt-in/),
  row('reader', `GET /messages/${nobody}`, undefined, 403, /Chat history access requires opt-in/),
  row(
    'reader',
    'GET /messages/chat/{session}/4915550100002@c.us',
    undefined,
    403,
    /Chat history access requires opt-in/,
  ),
  row('free', 'POST /sessions', { name: 'one too many' }, 403, /session/i),
]

const foreign: BadRequest[] = [
  ...[
    'GET /sessions/{foreignSession}',
    'DELETE /sessions/{foreignSession}',
    'POST /sessions/{foreignSession}/start',
    'POST /sessions/{foreignSession}/stop',
    'POST /sessions/{foreignSession}/restart',
    'POST /sessions/{foreignSession}/logout',
    'GET /sessions/{foreignSession}/qr',
    'GET /sessions/{foreignSession}/events',
    'GET /messages/chats/{foreignSession}',
    'GET /messages/chat/{foreignSession}/4915550100002@c.us',
    'GET /sessions/{foreignSession}/presence/4915550100002@c.us',
    'GET /webhooks/{foreignHook}',
    'DELETE /webhooks/{foreignHook}',
    'POST /webhooks/{foreignHook}/test',
    'GET /webhooks/{foreignHook}/deliveries',
    'GET /api-keys/{foreignKey}',
    'DELETE /api-keys/{foreignKey}',
    'POST /api-keys/{foreignKey}/rotate',
    `GET /sessions/${nobody}`,
    `GET /webhooks/${nobody}`,
    `GET /api-keys/${nobody}`,
    `GET /messages/${nobody}`,
    `GET /webhooks/{hook}/deliveries/${nobody}`,
    'GET /sessions/not-a-uuid',
    'GET /sessions/1',
    'GET /sessions/%00',
    "GET /sessions/'%20OR%20'1'='1",
    'GET /webhooks/..%2F..%2Fetc',
    'GET /sessions/01990000-0000-7000-8000-00000000000G',
    'GET /messages/chat/{session}/not-a-chat',
    'GET /nothing/here',
    'GET /',
  ].map((call) => owner(call, undefined, 404, /not found|unknown/i)),
  owner(
    'POST /messages/send',
    { session_id: '{foreignSession}', chat_id: '4915550100002', message: 'x' },
    404,
    /not found|unknown/i,
  ),
  owner(
    'POST /messages/send',
    { session_id: nobody, chat_id: '4915550100002', message: 'x' },
    404,
    /not found|unknown/i,
  ),
  owner('PATCH /sessions/{foreignSession}/settings', { auto_transcribe: true }, 404, /not found/i),
  owner('POST /sessions/{foreignSession}/pairing-code', { phone: '4915550100002' }, 404, /not found/i),
  owner('PUT /sessions/{foreignSession}/presence', { presence: 'online' }, 404, /not found/i),
  owner('PATCH /webhooks/{foreignHook}', { name: 'mine now' }, 404, /not found/i),
  owner('POST /webhooks/{foreignHook}/recover', { since: '2026-01-01T00:00:00Z' }, 404, /not found/i),
  owner(`POST /webhooks/{hook}/deliveries/${nobody}/resend`, undefined, 404, /not found/i),
]

const methods: BadRequest[] = [
  'PUT /sessions',
  'DELETE /sessions',
  'PATCH /sessions/{session}',
  'POST /sessions/{session}',
  'GET /sessions/{session}/start',
  'GET /messages/send',
  'DELETE /messages/send',
  'PUT /webhooks/{hook}',
  'POST /billing/plans',
  'GET /auth/login',
  'PUT /tenant/settings',
  'POST /usage/current',
].map((call) => owner(call, undefined, 405, /method|not allowed|not served/i))

const malformed: BadRequest[] = [
  owner('POST /sessions', '{"name": "x"', 400, /JSON|read/i, json),
  owner('POST /sessions', 'name=x', 400, /JSON|read/i, {
    'content-type': 'application/x-www-form-urlencoded',
  }),
  owner('POST /sessions', '{"name": "x"}}', 400, /JSON|read/i, json),
  owner('POST /messages/send', '<xml/>', 400, /JSON|read/i, { 'content-type': 'application/xml' }),
  owner('POST /auth/login', "{'email': 1}", 400, /JSON|read/i, json),
  owner('POST /sessions', '[]', 422, /object/i, json),
  owner('POST /sessions', 'null', 422, /object/i, json),
  owner('POST /sessions', '"text"', 422, /object/i, json),
  owner('POST /sessions', '7', 422, /object/i, json),
  owner('POST /sessions', `{"name": "${long(1_200_000)}"}`, 413, /large/i, json),
  owner('POST /messages/send', `{"message": "${long(2_000_000)}"}`, 413, /large/i, json),
  owner('POST /sessions', '{"__proto__": {"name": "x"}}', 422, /name/, json),
]

const sessions: BadRequest[] = [
  owner('POST /sessions', {}, 422, /name/),
  owner('POST /sessions', { name: '' }, 422, /name/),
  owner('POST /sessions', { name: null }, 422, /name/),
  owner('POST /sessions', { name: 7 }, 422, /name/),
  owner('POST /sessions', { name: ['x'] }, 422, /name/),
  owner('POST /sessions', { name: {} }, 422, /name/),
  owner('POST /sessions', { name: long(256) }, 422, /name/),
  owner('PATCH /sessions/{session}/settings', { auto_transcribe: 'yes' }, 422, /auto_transcribe/),
  owner('PATCH /sessions/{session}/settings', { auto_transcribe: null }, 422, /auto_transcribe/),
  owner('PATCH /sessions/{session}/settings', { unknown_key: true }, 422, /unknown_key/),
  owner('PUT /sessions/{session}/presence', {}, 422, /presence/),
  owner('PUT /sessions/{session}/presence', { presence: 'asleep' }, 422, /presence/),
  owner('PUT /sessions/{session}/presence', { presence: 'online' }, 400, /not connected|working/i),
  owner('GET /sessions/{session}/presence/4915550100002@c.us', undefined, 400, /not connected|working/i),
  owner('GET /sessions/{session}/qr', undefined, 400, /code/i),
  owner('POST /sessions/{session}/pairing-code', {}, 422, /phone/),
  owner('POST /sessions/{session}/pairing-code', { phone: '12' }, 422, /phone/),
  owner('POST /sessions/{session}/pairing-code', { phone: 'not a phone' }, 422, /phone/),
  owner('POST /sessions/{session}/pairing-code', { phone: '4915550100002' }, 400, /./),
]

const send = (
  change: Record<string, unknown>,
  status: number,
  says: RegExp,
  headers?: Record<string, string>,
) =>
  owner(
    'POST /messages/send',
    { session_id: '{session}', chat_id: '4915550100002', message: 'hello', ...change },
    status,
    says,
    headers,
  )

const messages: BadRequest[] = [
  owner('POST /messages/send', {}, 422, /session_id[\s\S]*chat_id[\s\S]*message|session_id/),
  send({ session_id: undefined }, 422, /session_id/),
  send({ session_id: 'abc' }, 422, /session_id/),
  send({ session_id: 5 }, 422, /session_id/),
  send({ chat_id: undefined }, 422, /chat_id/),
  send({ chat_id: '' }, 422, /chat_id/),
  send({ chat_id: 'hello' }, 422, /chat_id/),
  send({ chat_id: '123' }, 422, /chat_id/),
  send({ chat_id: '1234567890123456' }, 422, /chat_id/),
  send({ chat_id: '0049155501000' }, 422, /chat_id/),
  send({ chat_id: '4915550100002@s.whatsapp.net' }, 422, /chat_id/),
  send({ chat_id: '4915550100002@lid' }, 422, /chat_id/),
  send({ chat_id: 'x@g.us' }, 422, /chat_id/),
  send({ chat_id: 4915550100002 }, 422, /chat_id/),
  send({ chat_id: ['4915550100002'] }, 422, /chat_id/),
  send({ message: undefined }, 422, /message/),
  send({ message: '' }, 422, /message/),
  send({ message: null }, 422, /message/),
  send({ message: 42 }, 422, /message/),
  send({ message: { text: 'x' } }, 422, /message/),
  send({ message: long(4097) }, 422, /message/),
  send({ reply_to: 'abc' }, 422, /reply_to/),
  send({ reply_to: 3 }, 422, /reply_to/),
  send({}, 400, /not connected|working/i),
  send({ reply_to: nobody }, 400, /not connected|working/i),
  send({}, 422, /Idempotency-Key/i, { 'idempotency-key': long(256) }),
  send({}, 422, /Idempotency-Key/i, { 'idempotency-key': 'with space' }),
  ...['limit=0', 'limit=101', 'limit=-1', 'limit=abc', 'limit=1.5'].map((query) =>
    owner(`GET /messages/chats/{session}?${query}`, undefined, 422, /limit/),
  ),
  ...['offset=-1', 'offset=x'].map((query) =>
    owner(`GET /messages/chats/{session}?${query}`, undefined, 422, /offset/),
  ),
  owner('GET /messages/chats/{session}?is_group=perhaps', undefined, 422, /is_group/),
  owner('GET /messages/chat/{session}/4915550100002@c.us?limit=1000', undefined, 422, /limit/),
]

const hook = (change: Record<string, unknown>, status: number, says: RegExp) =>
  owner(
    'POST /webhooks',
    { url: 'https://example.com/hook', events: ['message.received'], ...change },
    status,
    says,
  )

const webhooks: BadRequest[] = [
  owner('POST /webhooks', {}, 422, /url/),
  hook({ url: undefined }, 422, /url/),
  hook({ url: 5 }, 422, /url/),
  hook({ events: undefined }, 422, /events/),
  hook({ events: [] }, 422, /events/),
  hook({ events: 'message.sent' }, 422, /events/),
  hook({ events: ['message.teleported'] }, 422, /events/),
  hook({ events: ['webhook.test'] }, 422, /events/),
  hook({ name: '' }, 422, /name/),
  hook({ name: long(256) }, 422, /name/),
  hook({ secret: 7 }, 422, /secret/),
  hook({ is_active: 'maybe' }, 422, /is_active/),
  ...[
    'http://example.com/',
    'ftp://example.com/',
    'https://127.0.0.2/',
    'https://localhost/',
    'https://10.0.0.1/',
    'https://192.168.1.1/',
    'https://172.16.5.5/',
    'https://169.254.169.254/latest/meta-data',
    'https://[::1]/',
    'https://[::ffff:10.0.0.1]/',
    'https://2130706434/',
    'https://0x7f.2/',
    'https://0177.0.0.2/',
    'https://0.0.0.0/',
    'https://100.64.0.1/',
    'https://[fd00::1]/',
    'https://metadata.google.internal/',
  ].map((url) => hook({ url }, 400, /address|url|https/i)),
  owner('PATCH /webhooks/{hook}', { url: 'https://10.1.2.3/' }, 400, /address|url/i),
  owner('PATCH /webhooks/{hook}', { events: [] }, 422, /events/),
  owner('PATCH /webhooks/{hook}', { name: 3 }, 422, /name/),
  owner('POST /webhooks/{hook}/recover', {}, 422, /since/),
  owner('POST /webhooks/{hook}/recover', { since: 'yesterday' }, 422, /since/),
  owner('GET /webhooks/{hook}/deliveries?status=lost', undefined, 422, /status/),
  owner('GET /webhooks/{hook}/deliveries?limit=500', undefined, 422, /limit/),
]

const identity: BadRequest[] = [
  row('nobody', 'POST /auth/login', {}, 422, /email/),
  row('nobody', 'POST /auth/login', { email: 'owner@example.com' }, 422, /password/),
  row('nobody', 'POST /auth/login', { email: 'nobody@example.com', password: 'wrong password' }, 401, /./),
  row('nobody', 'POST /auth/login', { email: 1, password: 'x' }, 422, /email/),
  row('nobody', 'POST /auth/refresh', {}, 422, /refresh_token/),
  row('nobody', 'POST /auth/refresh', { refresh_token: 'unknown' }, 401, /./),
  row(
    'nobody',
    'POST /auth/signup',
    { email: 'not an address', password: 'long enough', full_name: 'A', tenant_name: 'B' },
    422,
    /email/,
  ),
  row(
    'nobody',
    'POST /auth/signup',
    { email: 'new@example.com', password: 'short', full_name: 'A', tenant_name: 'B' },
    422,
    /password/,
  ),
  row(
    'nobody',
    'POST /auth/signup',
    { email: 'new@example.com', password: 'long enough', tenant_name: 'B' },
    422,
    /full_name/,
  ),
  row(
    'nobody',
    'POST /setup',
    { token: 'unknown', email: 'a@example.com', password: 'long enough', full_name: 'A', tenant_name: 'B' },
    409,
    /set-up/i,
  ),
  row('reader', 'POST /auth/logout', {}, 403, /./),
  owner('PATCH /users/me', { full_name: '' }, 422, /full_name/),
  owner('PATCH /users/me', { email: 'nope' }, 422, /email/),
  owner('PATCH /users/me', { new_password: 'long enough too' }, 422, /current_password/),
  owner('POST /api-keys', { name: 'x' }, 422, /scopes/),
  owner('POST /api-keys', { name: 'x', scopes: [] }, 422, /scopes/),
  owner('POST /api-keys', { name: 'x', scopes: ['everything'] }, 422, /scopes/),
  owner('POST /api-keys', { name: 'x', scopes: 'sessions:read' }, 422, /scopes/),
  owner('POST /api-keys', { scopes: ['sessions:read'] }, 422, /name/),
  owner('POST /api-keys', { name: long(256), scopes: ['sessions:read'] }, 422, /name/),
  owner(
    'POST /api-keys',
    { name: 'x', scopes: ['sessions:read'], expires_in_days: 0 },
    422,
    /expires_in_days/,
  ),
  owner(
    'POST /api-keys',
    { name: 'x', scopes: ['sessions:read'], expires_in_days: 'soon' },
    422,
    /expires_in_days/,
  ),
  owner('POST /api-keys', { name: 'x', preset: 'unknown' }, 422, /preset/),
  owner('PATCH /tenant/settings', { allowed_numbers: ['not a phone'] }, 422, /allowed_numbers/),
  owner('PATCH /tenant/settings', { allowed_numbers: '+4915550100002' }, 422, /allowed_numbers/),
  owner('PATCH /tenant/settings', { require_approval: 'yes please' }, 422, /require_approval/),
  owner(
    'PATCH /tenant/settings',
    { require_approval: true, require_approval_before_send: false },
    422,
    /require_approval/,
  ),
  owner('PATCH /tenant/settings', { message_retention_days: 0 }, 422, /message_retention_days/),
  owner('PATCH /tenant/settings', { message_retention_days: 366 }, 422, /message_retention_days/),
  owner('PATCH /tenant/settings', { cold_contacts: 'reckless' }, 422, /cold_contacts/),
]

/** Every bad request of the table; which operation it belongs to is in its path. */
export const badRequests: readonly BadRequest[] = [
  ...credentials,
  ...scopes,
  ...foreign,
  ...methods,
  ...malformed,
  ...sessions,
  ...messages,
  ...webhooks,
  ...identity,
]
