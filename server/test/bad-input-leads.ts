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
const nobody = '01990000-0000-7000-8000-000000000000'
const long = (length: number) => 'x'.repeat(length)
const many = Array.from({ length: 1001 }, () => nobody)

/** Requests about leads that must be refused, and how. */
export const badLeadRequests: readonly BadRequest[] = [
  row('nobody', 'GET /leads', undefined, 401, /auth|credential|key|token/i),
  row('sender', 'GET /leads', undefined, 403, /scope/i),
  row('reader', `PATCH /leads/${nobody}/status`, { status: 'lost' }, 403, /scope/i),
  owner('GET /leads?limit=0', undefined, 422, /^limit/),
  owner('GET /leads?limit=101', undefined, 422, /^limit/),
  owner('GET /leads?offset=-1', undefined, 422, /^offset/),
  owner('GET /leads?status=spam', undefined, 422, /^status/),
  owner('GET /leads?status=New', undefined, 422, /^status/),
  owner('GET /leads?source_group_id=neighbours', undefined, 422, /^source_group_id/),
  owner(`GET /leads?search=${long(201)}`, undefined, 422, /^search/),
  owner('GET /leads/nonsense', undefined, 404, /found/i),
  owner(`GET /leads/${nobody}`, undefined, 404, /found/i),
  owner(`DELETE /leads/${nobody}`, undefined, 405, /method/i),
  owner(`PATCH /leads/${nobody}`, { notes: 'x' }, 404, /found/i),
  owner(`PATCH /leads/${nobody}`, { notes: long(2001) }, 422, /^notes/),
  owner(`PATCH /leads/${nobody}`, { notes: 7 }, 422, /^notes/),
  owner(`PATCH /leads/${nobody}`, { assigned_to: 'me' }, 422, /^assigned_to/),
  owner(`PATCH /leads/${nobody}/status`, { status: 'lost' }, 404, /found/i),
  owner(`PATCH /leads/${nobody}/status`, { status: 'spam' }, 422, /^status/),
  owner(`PATCH /leads/${nobody}/status`, {}, 422, /^status/),
  owner(`GET /leads/${nobody}/reciprocity`, undefined, 422, /^session_id/),
  owner(`GET /leads/${nobody}/reciprocity?session_id=desk`, undefined, 422, /^session_id/),
  owner(`GET /leads/${nobody}/reciprocity?session_id={session}`, undefined, 404, /found/i),
  owner('POST /leads/bulk/status', { status: 'lost' }, 422, /^lead_ids/),
  owner('POST /leads/bulk/status', { lead_ids: [], status: 'lost' }, 422, /^lead_ids/),
  owner('POST /leads/bulk/status', { lead_ids: many, status: 'lost' }, 422, /^lead_ids/),
  owner('POST /leads/bulk/status', { lead_ids: ['x'], status: 'lost' }, 422, /^lead_ids/),
  owner('POST /leads/bulk/status', { lead_ids: [nobody], status: 'spam' }, 422, /^status/),
  row('free', 'POST /leads/bulk/status', { lead_ids: [nobody], status: 'lost' }, 403, /leads_bulk/),
  owner('POST /leads/bulk/add-to-group', { lead_ids: [nobody] }, 422, /^custom_group_id/),
  owner('POST /leads/bulk/add-to-group', { lead_ids: [nobody], custom_group_id: nobody }, 404, /found/i),
  row(
    'free',
    'POST /leads/bulk/add-to-group',
    { lead_ids: [nobody], custom_group_id: nobody },
    403,
    /leads_bulk/,
  ),
  owner('GET /leads/export/csv?status=spam', undefined, 422, /^status/),
  owner(`GET /leads/export/json?search=${long(201)}`, undefined, 422, /^search/),
  row('free', 'GET /leads/export/csv', undefined, 403, /lead_export/),
  row('free', 'GET /leads/export/json', undefined, 403, /lead_export/),
  row('sender', 'GET /leads/export/json', undefined, 403, /scope/i),
]
