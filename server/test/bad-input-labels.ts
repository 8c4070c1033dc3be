import type { BadRequest } from './bad-input-table.ts'

const nobody = '01990000-0000-7000-8000-000000000000'
const color = '#FF6B35'

function as(asker: BadRequest['as'], call: string, body: unknown, status: number, says: RegExp): BadRequest {
  return { as: asker, call, status, says, ...(body === undefined ? {} : { body }) }
}
const owner = (call: string, body: unknown, status: number, says: RegExp) =>
  as('owner', call, body, status, says)
const label = (body: unknown, says: RegExp) => owner('POST /labels', body, 422, says)
const ofChat = (body: unknown, says: RegExp) => owner('PUT /labels/chat/15550009999@c.us', body, 422, says)

/** Bad requests about labels. */
export const badLabelRequests: readonly BadRequest[] = [
  as('nobody', 'GET /labels', undefined, 401, /auth|credential|key|token/i),
  as('sender', 'GET /labels', undefined, 403, /scope/i),
  as('sender', 'POST /labels', { name: 'VIP', color }, 403, /scope/i),
  as('sender', 'PUT /labels/chat/15550009999@c.us', { label_ids: [] }, 403, /scope/i),
  label({}, /name/),
  label({ name: 'VIP' }, /color/),
  label({ color }, /name/),
  label({ name: '', color }, /name/),
  label({ name: '   ', color }, /name/),
  label({ name: 'x'.repeat(101), color }, /name/),
  label({ name: 7, color }, /name/),
  label({ name: 'VIP', color: 'red' }, /color/),
  label({ name: 'VIP', color: '#FFF' }, /color/),
  label({ name: 'VIP', color: 'FF6B35' }, /color/),
  label({ name: 'VIP', color: '#FF6B3G' }, /color/),
  label({ name: 'VIP', color: '#FF6B35AA' }, /color/),
  label({ name: 'VIP', color: `${color}\n` }, /color/),
  label({ name: 'VIP', color: 16739125 }, /color/),
  label({ name: 'VIP', color, description: 'x'.repeat(501) }, /description/),
  label({ name: 'VIP', color, description: 7 }, /description/),
  label('[]', /./),
  owner('POST /labels', '{"name":', 400, /JSON/i),
  owner(`GET /labels/${nobody}`, undefined, 404, /not found/i),
  owner('GET /labels/7', undefined, 404, /not found/i),
  owner(`PATCH /labels/${nobody}`, { name: 'x' }, 404, /not found/i),
  owner(`PATCH /labels/${nobody}`, { color: 'red' }, 422, /color/),
  owner(`PATCH /labels/${nobody}`, { name: null }, 422, /name/),
  owner(`DELETE /labels/${nobody}`, undefined, 404, /not found/i),
  owner(`GET /labels/${nobody}/chats`, undefined, 404, /not found/i),
  owner(`GET /labels/${nobody}/chats?limit=0`, undefined, 422, /limit/),
  owner(`GET /labels/${nobody}/chats?limit=101`, undefined, 422, /limit/),
  owner(`GET /labels/${nobody}/chats?offset=-1`, undefined, 422, /offset/),
  owner('GET /labels/chat/15550009999@c.us', undefined, 404, /not found/i),
  owner(`GET /labels/chat/${nobody}`, undefined, 404, /not found/i),
  owner('GET /labels/chat/nobody', undefined, 404, /not found/i),
  owner('PUT /labels/chat/15550009999@c.us', { label_ids: [] }, 404, /not found/i),
  ofChat({}, /label_ids/),
  ofChat({ label_ids: null }, /label_ids/),
  ofChat({ label_ids: nobody }, /label_ids/),
  ofChat({ label_ids: ['VIP'] }, /label_ids/),
  ofChat({ label_ids: [7] }, /label_ids/),
  ofChat({ label_ids: Array.from({ length: 201 }, () => nobody) }, /label_ids/),
  owner(`POST /labels/${nobody}/sync`, { session_id: '{session}' }, 404, /not found/i),
  owner(`POST /labels/${nobody}/sync`, { session_id: 'x' }, 422, /session_id/),
  owner('POST /labels/sync-from-whatsapp', undefined, 422, /session_id/),
  owner('POST /labels/sync-from-whatsapp', { session_id: '{session}' }, 400, /connected/),
  owner('POST /labels/sync-from-whatsapp', { session_id: nobody }, 404, /not found/i),
  owner(
    `POST /labels/sync-from-whatsapp?session_id=${nobody}`,
    { session_id: '{session}' },
    422,
    /session_id/,
  ),
  owner(`GET /labels/business-check?session_id=${nobody}`, undefined, 404, /not found/i),
  owner('GET /labels/business-check?session_id=x', undefined, 422, /session_id/),
  owner('DELETE /labels', undefined, 405, /method/i),
  owner('GET /labels/sync-from-whatsapp', undefined, 405, /method/i),
  owner('DELETE /labels/chat/15550009999@c.us', undefined, 405, /method/i),
]
