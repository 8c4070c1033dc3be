import { z } from 'zod'
import { type AppError, defineError, validationFailed } from '../../../platform/errors.ts'
import { defineJob } from '../../../platform/jobs/jobs.ts'
import { definePublicEvent, exampleValues } from '../../../public-event.ts'
import { timestampOutput, toTimestamp, uuidField } from '../../../wire.ts'
import { type SourceRow, sourceStatuses } from './knowledge.tables.ts'

export const unsupportedDocument = defineError(
  'unsupported_document',
  400,
  'Documents are PDF, Word (.docx), HTML, Markdown and text files',
)

/** Bytes of the largest document. */
export const maxDocumentBytes = 100 * 1024 * 1024

/** A refusal of a field that the schema cannot tell, because the file is no part of it. */
export function refuseField(field: string, message: string): AppError {
  return validationFailed.create({
    message: `${field}: ${message}`,
    details: { errors: [{ field, message }] },
  })
}

/** A document; its file is uploaded beside these. */
export const ingestBody = z.object({
  name: z
    .string()
    .trim()
    .min(1)
    .max(255)
    .optional()
    .meta({
      examples: ['Opening hours.txt'],
      description: 'What the document is called; without it the name of the file',
    }),
  text: z
    .string()
    .min(1)
    .optional()
    .meta({
      examples: ['We are open from Monday to Friday, 9 am to 5 pm. Parking is free behind the house.'],
      description:
        'The text of the document, for callers that send JSON instead of uploading a file; at most 1 MB',
    }),
})
/** A document, checked. */
export type IngestInput = z.output<typeof ingestBody>

const sourceFields = {
  id: uuidField,
  name: z.string(),
  source_type: z.string().meta({ description: 'Media type', examples: ['application/pdf'] }),
  chunk_count: z.int().meta({ description: 'Passages it is found by; 0 until it is indexed' }),
  status: z.enum(sourceStatuses),
}
/** A document as the API shows it. */
export const sourceObject = z
  .object({
    ...sourceFields,
    created_at: timestampOutput,
    indexed_at: timestampOutput.nullable(),
    error: z.string().nullable().meta({ description: 'Why it failed' }),
    bytes: z.int(),
    pages: z.int().nullable().meta({ description: 'Of files that have pages' }),
    pages_with_text: z.int().nullable().meta({
      description: 'Fewer than `pages` where some are pictures, as in a scan: what they say is not found',
    }),
    languages: z.array(z.string()).meta({ description: 'ISO 639-1, the most used first' }),
  })
  .meta({ id: 'KnowledgeSource', description: 'A document that AI answers from' })

/** What an upload is answered. */
export const ingestAnswer = z
  .object({ ...sourceFields, task_id: z.string() })
  .meta({ id: 'KnowledgeIngested', description: 'A document that is being indexed' })

/** Writes a document the way answers carry it. */
export function encodeSource(row: SourceRow): z.output<typeof sourceObject> {
  return {
    id: row.id,
    name: row.name,
    source_type: row.sourceType,
    chunk_count: row.chunkCount,
    status: row.status,
    created_at: toTimestamp(row.createdAt),
    indexed_at: row.indexedAt === null ? null : toTimestamp(row.indexedAt),
    error: row.error,
    bytes: row.bytes,
    pages: row.pages,
    pages_with_text: row.pagesWithText,
    languages: row.languages,
  }
}

/** Writes what an upload is answered. */
export function encodeIngested(row: SourceRow): z.output<typeof ingestAnswer> {
  const { id, name, source_type, chunk_count, status } = encodeSource(row)
  return { id, name, source_type, chunk_count, status, task_id: row.taskId }
}

/** Path of a document. */
export const sourceParams = z.object({ source_id: uuidField })

/** A question to the documents. */
export const searchBody = z.object({
  query: z
    .string()
    .trim()
    .min(1)
    .max(2000)
    .meta({ examples: ['When are you open?'] }),
  top_k: z.int().min(1).max(50).default(5),
  filters: z
    .object({
      source_type: z.string().min(1).max(255).optional(),
      source_id: uuidField.optional(),
    })
    .optional()
    .meta({ description: 'Only documents of this media type, or this one' }),
})
/** How a question was answered: by words alone, or by meaning as well. */
export const searchModes = ['lexical', 'hybrid'] as const
/** One of them. */
export type SearchMode = (typeof searchModes)[number]

/** Why a search went by words alone. */
export const lexicalReasons = [
  'no_embeddings_model',
  'vectors_not_ready',
  'no_vector_extension',
  'provider_unavailable',
] as const
/** One of them. */
export type LexicalReason = (typeof lexicalReasons)[number]

/** Where a passage stands. */
export const passageMetadata = z.object({
  page: z.int().optional(),
  chunk: z.int().meta({ description: 'Place of the passage in its document, from 1' }),
  heading: z.string().optional(),
})
/** Where a passage stands, as a type. */
export type PassageMetadata = z.output<typeof passageMetadata>

const searchResult = z.object({
  source_id: uuidField,
  source_name: z.string(),
  content_type: z.string(),
  content_preview: z.string(),
  metadata: passageMetadata,
  similarity: z
    .number()
    .min(0)
    .max(1)
    .meta({ description: 'Hybrid: the cosine. Lexical: how much of the question the passage covers' }),
})
/** What a question is answered. */
export const searchAnswer = z
  .object({
    query: z.string(),
    results: z.array(searchResult),
    count: z.int(),
    mode: z.enum(searchModes),
    lexical_reason: z
      .enum(lexicalReasons)
      .nullable()
      .meta({ description: 'Why words alone were searched; null for a hybrid search' }),
  })
  .meta({ id: 'KnowledgeAnswer', description: 'Passages that answer a question, best first' })

/** Reads a document and indexes it. */
export const ingestJob = defineJob<{ tenantId: string; sourceId: string }>('knowledge.ingest', {
  concurrency: 2,
  expireSeconds: 1800,
})
/** Removes what is left of a document that was deleted. */
export const removeSourceJob = defineJob<{ tenantId: string; sourceId: string }>('knowledge.remove')
/** Makes the vectors that are missing, and takes away those that nobody needs. */
export const reindexJob = defineJob<{ tenantId: string }>('knowledge.reindex', {
  concurrency: 2,
  expireSeconds: 3600,
})
/** Removes uploads that were never completed. */
export const sweepUploadsJob = defineJob<Record<string, never>>('knowledge.sweep_uploads', {
  cron: { expression: '41 * * * *', timeZone: 'UTC' },
})
/** Goes on with vectors whose making was given up: consent or plan may be back. */
export const resumeReindexJob = defineJob<Record<string, never>>('knowledge.resume_reindex', {
  cron: { expression: '17 * * * *', timeZone: 'UTC' },
})

/** How the indexing of a document ended. */
export interface SourceIndexed {
  [key: string]: unknown
  tenantId: string
  sourceId: string
  name: string
  status: 'indexed' | 'failed'
  chunkCount: number
  error: string | null
}

/** A document can be searched, or never will be. */
export const sourceIndexed = definePublicEvent({
  name: 'knowledge.indexed',
  scope: 'ai:read',
  description: 'A document was indexed, or could not be read.',
  data: z
    .object({
      source_id: z.string(),
      name: z.string(),
      status: z.enum(['indexed', 'failed']),
      chunk_count: z.int(),
      error: z.string().nullable().meta({ description: 'Why it failed' }),
    })
    .meta({ id: 'KnowledgeIndexedData' }),
  toWire: (event: SourceIndexed) => ({
    source_id: event.sourceId,
    name: event.name,
    status: event.status,
    chunk_count: event.chunkCount,
    error: event.error,
  }),
  example: {
    tenantId: exampleValues.id,
    sourceId: exampleValues.id,
    name: 'catalogue.pdf',
    status: 'indexed',
    chunkCount: 47,
    error: null,
  },
  subscribers: { webhooks: true },
})
