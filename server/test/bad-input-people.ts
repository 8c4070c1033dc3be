import type { Asker, BadRequest } from './bad-input-table.ts'

const row = (as: Asker, call: string, body: unknown, status: number, says: RegExp): BadRequest => ({
  as,
  call,
  status,
  says,
  ...(body === undefined ? {} : { body }),
})
const owner = (call: string, body: unknown, status: number, says: RegExp) =>
  row('owner', call, body, status, says)
const long = (length: number) => 'x'.repeat(length)
const nobody = '01990000-0000-7000-8000-000000000000'
const group = '120363012345678901@g.us'
const phones = (count: number) => Array.from({ length: count }, (_, index) => `+1555${1_000_000 + index}`)
const session = '{session}'
const code = 'AbCdEfGhIjKlMnOpQrStUv'

const contacts: BadRequest[] = [
  row('nobody', 'GET /contacts', undefined, 401, /auth|credential|key|token/i),
  row('sender', 'GET /contacts', undefined, 403, /scope/i),
  row('reader', 'GET /contacts', undefined, 403, /Chat history access requires opt-in/),
  row('reader', `GET /contacts/${nobody}`, undefined, 403, /Chat history access requires opt-in/),
  row('reader', `PATCH /contacts/${nobody}`, { name: 'x' }, 403, /scope/i),
  owner('GET /contacts?limit=0', undefined, 422, /^limit/),
  owner('GET /contacts?limit=101', undefined, 422, /^limit/),
  owner('GET /contacts?offset=-1', undefined, 422, /^offset/),
  owner(`GET /contacts?search=${long(201)}`, undefined, 422, /^search/),
  owner('GET /contacts?session_id=desk', undefined, 422, /^session_id/),
  owner('GET /contacts?session_id={foreignSession}', undefined, 404, /found/i),
  owner('GET /contacts/nonsense', undefined, 404, /found/i),
  owner(`GET /contacts/${nobody}`, undefined, 404, /found/i),
  owner(`PATCH /contacts/${nobody}`, { name: 'x' }, 404, /found/i),
  owner(`PATCH /contacts/${nobody}`, { name: '' }, 422, /^name/),
  owner(`PATCH /contacts/${nobody}`, { name: long(256) }, 422, /^name/),
  owner(`PATCH /contacts/${nobody}`, { name: 7 }, 422, /^name/),
  owner(`PATCH /contacts/${nobody}`, { notes: long(5001) }, 422, /^notes/),
  owner(`DELETE /contacts/${nobody}`, undefined, 405, /method/i),
  owner('GET /contacts/check', undefined, 422, /session_id|phone/),
  owner(`GET /contacts/check?session_id=${session}`, undefined, 422, /^phone/),
  owner(`GET /contacts/check?session_id=${session}&phone=anna`, undefined, 422, /^phone/),
  owner(`GET /contacts/check?session_id=${session}&phone=123456`, undefined, 422, /^phone/),
  owner(`GET /contacts/check?session_id=${session}&phone=15550123456`, undefined, 400, /stopped/),
  owner('GET /contacts/check?session_id={foreignSession}&phone=15550123456', undefined, 404, /found/i),
]

const groups: BadRequest[] = [
  row('reader', 'POST /groups/create', { session_id: session }, 403, /scope/i),
  owner('POST /groups/create', {}, 422, /session_id/),
  owner('POST /groups/create', { session_id: session, name: '', participants: phones(1) }, 422, /^name/),
  owner(
    'POST /groups/create',
    { session_id: session, name: long(101), participants: phones(1) },
    422,
    /^name/,
  ),
  owner('POST /groups/create', { session_id: session, name: 'x', participants: [] }, 422, /^participants/),
  owner(
    'POST /groups/create',
    { session_id: session, name: 'x', participants: phones(257) },
    422,
    /^participants/,
  ),
  owner(
    'POST /groups/create',
    { session_id: session, name: 'x', participants: 'anna' },
    422,
    /^participants/,
  ),
  owner(
    'POST /groups/create',
    { session_id: session, name: 'x', participants: ['anna'] },
    422,
    /^participants/,
  ),
  owner(
    'POST /groups/create',
    { session_id: session, name: 'x', participants: [group] },
    422,
    /^participants/,
  ),
  owner(
    'POST /groups/create',
    { session_id: session, name: 'x', participants: [null] },
    422,
    /^participants/,
  ),
  owner('POST /groups/create', { session_id: session, name: 'x', participants: phones(1) }, 400, /stopped/),
  owner(
    'POST /groups/create',
    { session_id: '{foreignSession}', name: 'x', participants: phones(1) },
    404,
    /found/i,
  ),
  owner('POST /groups/nonsense/participants/add', { participants: phones(1) }, 404, /found/i),
  owner('POST /groups/15550123456@c.us/participants/add', { participants: phones(1) }, 404, /found/i),
  ...['participants/add', 'participants/remove', 'admin/promote', 'admin/demote'].flatMap((path) => [
    owner(`POST /groups/${group}/${path}`, {}, 422, /^participants/),
    owner(`POST /groups/${group}/${path}`, { participants: phones(51) }, 422, /^participants/),
    owner(`POST /groups/${group}/${path}`, { participants: phones(1) }, 422, /^session_id/),
    owner(`POST /groups/${group}/${path}`, { session_id: 7, participants: phones(1) }, 422, /^session_id/),
    owner(`POST /groups/${group}/${path}`, { session_id: session, participants: phones(1) }, 400, /stopped/),
    owner(
      `POST /groups/${group}/${path}`,
      { session_id: '{foreignSession}', participants: phones(1) },
      404,
      /found/i,
    ),
  ]),
  owner(`GET /groups/wa/${group}?session_id=desk`, undefined, 422, /^session_id/),
  owner(`GET /groups/wa/${group}?session_id={foreignSession}`, undefined, 404, /found/i),
  owner(`PATCH /groups/${group}/settings`, { session_id: session }, 422, /setting/),
  owner(`PATCH /groups/${group}/settings`, { session_id: session, subject: '' }, 422, /^subject/),
  owner(`PATCH /groups/${group}/settings`, { session_id: session, subject: long(101) }, 422, /^subject/),
  owner(
    `PATCH /groups/${group}/settings`,
    { session_id: session, description: long(2049) },
    422,
    /^description/,
  ),
  owner(`PATCH /groups/${group}/settings`, { session_id: session, announce: 'yes' }, 422, /^announce/),
  owner(
    `PATCH /groups/${group}/settings`,
    { session_id: session, member_add_mode: 'all' },
    422,
    /^member_add_mode/,
  ),
  owner(
    `PATCH /groups/${group}/settings`,
    { session_id: session, ephemeral_seconds: 60 },
    422,
    /^ephemeral_seconds/,
  ),
  owner('POST /groups/join', { session_id: session }, 422, /^invite/),
  owner(
    'POST /groups/join',
    { session_id: session, invite: 'https://example.com/AbCdEfGhIjKl' },
    422,
    /^invite/,
  ),
  owner('POST /groups/join', { session_id: session, invite: 'x' }, 422, /^invite/),
  owner('POST /groups/join', { session_id: session, invite: code }, 400, /stopped/),
  owner('POST /groups/join', { session_id: '{foreignSession}', invite: code }, 404, /found/i),
  owner(`GET /groups/invite-info?session_id=${session}&invite=no`, undefined, 422, /^invite/),
  owner(
    `POST /groups/${group}/join-requests`,
    { decision: 'maybe', participants: phones(1) },
    422,
    /^decision/,
  ),
  owner(`POST /groups/${group}/leave`, {}, 422, /^session_id/),
  row('reader', `POST /groups/${group}/leave`, {}, 403, /scope/i),
]

const news: BadRequest[] = [
  owner('POST /calls/NOSUCHCALL/reject', {}, 422, /^session_id/),
  owner('POST /calls/NOSUCHCALL/reject', { session_id: session }, 404, /found/i),
  owner('POST /calls/NOSUCHCALL/reject', { session_id: '{foreignSession}' }, 404, /found/i),
  row('reader', 'POST /calls/NOSUCHCALL/reject', { session_id: session }, 403, /scope/i),
  owner('GET /calls?session_id={foreignSession}', undefined, 404, /found/i),
  owner('GET /calls?limit=many', undefined, 422, /^limit/),
  owner('POST /status/send', { session_id: session }, 422, /^message/),
  owner('POST /status/send', { session_id: session, message: '' }, 422, /^message/),
  owner('POST /status/send', { session_id: session, message: long(701) }, 422, /^message/),
  owner('POST /status/send', { session_id: session, message: 'x' }, 400, /stopped/),
  owner('POST /status/send', { session_id: '{foreignSession}', message: 'x' }, 404, /found/i),
  row('reader', 'POST /status/send', { session_id: session, message: 'x' }, 403, /scope/i),
  owner('GET /sessions/{foreignSession}/timeline', undefined, 404, /found/i),
  owner('GET /sessions/{session}/timeline?limit=0', undefined, 422, /^limit/),
  owner('GET /sessions/{foreignSession}/history', undefined, 404, /found/i),
  owner('POST /sessions/{session}/history', {}, 422, /^chat_id/),
  owner('POST /sessions/{session}/history', { chat_id: '15550123456', count: 0 }, 422, /^count/),
  owner('POST /sessions/{session}/history', { chat_id: '15550123456' }, 404, /found/i),
  owner('PATCH /sessions/{session}/settings', { proxy_url: 'proxy' }, 422, /^proxy_url/),
  owner('PATCH /sessions/{session}/settings', { proxy_url: 'file:///etc/passwd' }, 422, /^proxy_url/),
  owner('PATCH /sessions/{session}/settings', { proxy_url: `http://${long(2050)}.com` }, 422, /^proxy_url/),
  owner('PATCH /sessions/{session}/settings', { proxy_url: 'http://127.0.0.1:3128' }, 400, /private/),
  owner('PATCH /sessions/{session}/settings', { proxy_url: 'socks5://[fe80::1]:1080' }, 400, /private/),
  owner('PATCH /sessions/{session}/settings', { reject_calls: 'no' }, 422, /^reject_calls/),
  owner('PATCH /sessions/{session}/settings', { proxy: null }, 422, /proxy/),
]

/** Bad requests about people, groups of WhatsApp, calls, status posts and history. */
export const badPeopleRequests: readonly BadRequest[] = [...contacts, ...groups, ...news]
