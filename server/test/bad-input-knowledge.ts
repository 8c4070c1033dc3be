import { type BadRequest, long, nobody, owner, row } from './bad-input-rows.ts'

const ingest = 'POST /ai/knowledge/ingest'
const search = 'POST /ai/knowledge/search'

/** Requests about documents that must be refused, and how. */
export const badKnowledgeRequests: readonly BadRequest[] = [
  row('nobody', 'GET /ai/knowledge/sources', undefined, 401, /auth|credential|key|token/i),
  row('nobody', ingest, { name: 'x', text: 'x' }, 401, /auth|credential|key|token/i),
  row('sender', 'GET /ai/knowledge/sources', undefined, 403, /scope/i),
  row('reader', ingest, { name: 'x', text: 'x' }, 403, /scope/i),
  row('sender', search, { query: 'x' }, 403, /scope/i),
  row('reader', `DELETE /ai/knowledge/${nobody}`, undefined, 403, /scope/i),
  row('free', ingest, { name: 'x', text: 'x' }, 403, /plan/i),
  row('free', search, { query: 'x' }, 403, /plan/i),
  row('free', 'GET /ai/knowledge/sources', undefined, 403, /plan/i),
  row('free', `DELETE /ai/knowledge/${nobody}`, undefined, 403, /plan/i),
  owner(ingest, {}, 422, /^file: field required/),
  owner(ingest, { name: 'x' }, 422, /^file/),
  owner(ingest, { text: 'We are open.' }, 422, /^name/),
  owner(ingest, { name: '', text: 'x' }, 422, /^name/),
  owner(ingest, { name: long(256), text: 'x' }, 422, /^name/),
  owner(ingest, { name: 'x', text: '' }, 422, /^text/),
  owner(ingest, { name: 'x', text: 7 }, 422, /^text/),
  owner(ingest, { name: 'x', text: long(1_200_000) }, 413, /large/i),
  owner(ingest, '{"name": "x"', 400, /JSON|read/i, { 'content-type': 'application/json' }),
  owner(search, {}, 422, /^query/),
  owner(search, { query: '' }, 422, /^query/),
  owner(search, { query: '   ' }, 422, /^query/),
  owner(search, { query: 7 }, 422, /^query/),
  owner(search, { query: long(2001) }, 422, /^query/),
  owner(search, { query: 'x', top_k: 0 }, 422, /^top_k/),
  owner(search, { query: 'x', top_k: 51 }, 422, /^top_k/),
  owner(search, { query: 'x', top_k: 'many' }, 422, /^top_k/),
  owner(search, { query: 'x', filters: 'pdf' }, 422, /^filters/),
  owner(search, { query: 'x', filters: { source_id: 'nonsense' } }, 422, /^filters\.source_id/),
  owner(search, { query: 'x', filters: { source_type: '' } }, 422, /^filters\.source_type/),
  owner('DELETE /ai/knowledge/nonsense', undefined, 404, /found/i),
  owner(`DELETE /ai/knowledge/${nobody}`, undefined, 404, /found/i),
  owner('GET /ai/knowledge/ingest', undefined, 405, /method/i),
]
