import assert from 'node:assert/strict'
import type { Reply } from './api-client.ts'
import { upload } from './forms.ts'
import type { TestApp, TestTenant } from './harness.ts'

/** A document as the API answers it. */
export interface KnownSource {
  id: string
  name: string
  status: string
  error: string | null
  source_type: string
  chunk_count: number
  pages: number | null
  pages_with_text: number | null
  languages: string[]
}

/** A passage as the API answers it. */
export interface KnownPassage {
  source_id: string
  source_name: string
  content_preview: string
  metadata: { page?: number; chunk: number; heading?: string }
  similarity: number
}

/** A tenant that has consented to AI. */
export async function tenantWithAi(app: TestApp, options: { plan?: string } = {}): Promise<TestTenant> {
  const tenant = await app.tenant(options)
  await tenant.api.patch(200, '/tenant/settings', { ai_consent_enabled: true })
  return tenant
}

/** Uploads a document. */
export function uploadDocument(
  app: TestApp,
  tenant: TestTenant,
  fileName: string,
  file: Uint8Array | string,
  type = '',
): Promise<Reply> {
  return upload(app, '/ai/knowledge/ingest', tenant.token, file, {}, { fileName, type })
}

/** Uploads a document and has it indexed: what became of it. */
export async function addDocument(
  app: TestApp,
  tenant: TestTenant,
  fileName: string,
  file: Uint8Array | string,
  type = '',
): Promise<KnownSource> {
  const { status, body } = await uploadDocument(app, tenant, fileName, file, type)
  assert.equal(status, 200, JSON.stringify(body))
  await app.runJobs()
  const sources: KnownSource[] = await tenant.api.get(200, '/ai/knowledge/sources')
  const found = sources.find(({ id }) => id === body.id)
  assert.ok(found)
  return found
}

/** What the documents of a tenant say about something. */
export function ask(
  { api }: TestTenant,
  query: string,
  more: { top_k?: number; filters?: Record<string, string> } = {},
): Promise<{ results: KnownPassage[]; count: number; mode: string; lexical_reason: string | null }> {
  return api.post(200, '/ai/knowledge/search', { query, ...more })
}
