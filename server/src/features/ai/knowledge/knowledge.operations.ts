import { z } from 'zod'
import { tenantOf } from '../../../context.ts'
import { defineOperation, type Operation } from '../../../operation.ts'
import { planLimitReached } from '../../../platform/errors.ts'
import { planFeatureMissing } from '../../account/plans/plans.schema.ts'
import { aiGate, consentMissing } from '../providers/providers.schema.ts'
import { deleteDocument, ingestDocument, listDocuments } from './documents.service.ts'
import {
  ingestAnswer,
  ingestBody,
  maxDocumentBytes,
  searchAnswer,
  searchBody,
  sourceObject,
  sourceParams,
  unsupportedDocument,
} from './knowledge.schema.ts'
import { searchKnowledge } from './knowledge.service.ts'

const gated = [planFeatureMissing, consentMissing]

const ingest = defineOperation({
  id: 'ai.ingest_knowledge',
  method: 'POST',
  path: '/ai/knowledge/ingest',
  summary: 'Upload a document that AI answers from: PDF, Word (.docx), HTML, Markdown or text',
  access: ['ai:manage'],
  gate: { ...aiGate, limit: 'max_knowledge_documents' },
  body: ingestBody,
  success: { status: 200, schema: ingestAnswer },
  errors: [...gated, planLimitReached, unsupportedDocument],
  upload: { maxFileBytes: maxDocumentBytes },
  run: (ctx, input) => ingestDocument(ctx, input),
})

const search = defineOperation({
  id: 'ai.search_knowledge',
  method: 'POST',
  path: '/ai/knowledge/search',
  summary: 'Search the documents: passages that answer a question, best first',
  access: ['ai:read'],
  gate: aiGate,
  body: searchBody,
  success: { status: 200, schema: searchAnswer },
  errors: gated,
  async run(ctx, { query, top_k: topK, filters }) {
    const { mode, lexicalReason, results } = await searchKnowledge(ctx, {
      tenantId: tenantOf(ctx),
      query,
      topK,
      filters: { sourceType: filters?.source_type, sourceId: filters?.source_id },
    })
    return {
      query,
      results: results.map((result) => ({
        source_id: result.sourceId,
        source_name: result.sourceName,
        content_type: result.contentType,
        content_preview: result.preview,
        metadata: result.metadata,
        similarity: result.similarity,
      })),
      count: results.length,
      mode,
      lexical_reason: lexicalReason,
    }
  },
})

const list = defineOperation({
  id: 'ai.list_knowledge',
  method: 'GET',
  path: '/ai/knowledge/sources',
  summary: 'List the documents with how they stand, newest first',
  access: ['ai:read'],
  success: { status: 200, schema: z.array(sourceObject) },
  errors: gated,
  run: (ctx) => listDocuments(ctx),
})

const remove = defineOperation({
  id: 'ai.delete_knowledge',
  method: 'DELETE',
  path: '/ai/knowledge/{source_id}',
  summary: 'Delete a document with its file and everything that was read from it',
  access: ['ai:manage'],
  params: sourceParams,
  success: { status: 204, schema: z.undefined() },
  errors: gated,
  run: (ctx, { source_id: sourceId }) => deleteDocument(ctx, sourceId),
})

/** Documents that AI answers from. */
export const knowledgeOperations: readonly Operation[] = [ingest, search, list, remove]
