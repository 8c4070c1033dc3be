import {
  bigint,
  boolean,
  customType,
  integer,
  pgTable,
  primaryKey,
  real,
  text,
  uuid,
} from 'drizzle-orm/pg-core'
import { timestamptz } from '../../../platform/database/columns.ts'

const tsvector = customType<{ data: string }>({ dataType: () => 'tsvector' })

/** How a document stands. */
export const sourceStatuses = ['processing', 'indexed', 'failed'] as const

/** Documents that AI answers from. */
export const knowledgeSources = pgTable('knowledge_sources', {
  id: uuid().primaryKey(),
  tenantId: uuid('tenant_id').notNull(),
  name: text().notNull(),
  sourceType: text('source_type').notNull(),
  status: text({ enum: sourceStatuses }).notNull(),
  error: text(),
  taskId: uuid('task_id').notNull(),
  bytes: bigint({ mode: 'number' }).notNull(),
  isStored: boolean('is_stored').notNull().default(false),
  chunkCount: integer('chunk_count').notNull().default(0),
  pages: integer(),
  pagesWithText: integer('pages_with_text'),
  languages: text().array().notNull().default([]),
  createdAt: timestamptz('created_at').notNull(),
  indexedAt: timestamptz('indexed_at'),
  deletedAt: timestamptz('deleted_at'),
})

/** A document as stored. */
export type SourceRow = typeof knowledgeSources.$inferSelect

/** Passages of documents. */
export const knowledgeChunks = pgTable('knowledge_chunks', {
  id: uuid().primaryKey(),
  tenantId: uuid('tenant_id').notNull(),
  sourceId: uuid('source_id').notNull(),
  position: integer().notNull(),
  page: integer(),
  heading: text(),
  content: text().notNull(),
  terms: tsvector().notNull(),
})

/** In how many passages of a tenant a term is. */
export const knowledgeTerms = pgTable(
  'knowledge_terms',
  { tenantId: uuid('tenant_id').notNull(), term: text().notNull(), chunks: integer().notNull() },
  (table) => [primaryKey({ columns: [table.tenantId, table.term] })],
)

/** Embedding models of tenants. */
export const knowledgeSpaces = pgTable('knowledge_spaces', {
  id: integer().primaryKey().generatedAlwaysAsIdentity(),
  tenantId: uuid('tenant_id').notNull(),
  name: text().notNull(),
  dimensions: integer(),
  isActive: boolean('is_active').notNull().default(false),
  sample: uuid().array().notNull().default([]),
  createdAt: timestamptz('created_at').notNull(),
})

/** A space as stored. */
export type SpaceRow = typeof knowledgeSpaces.$inferSelect

/** Vectors of passages. */
export const knowledgeVectors = pgTable(
  'knowledge_vectors',
  {
    chunkId: uuid('chunk_id').notNull(),
    spaceId: integer('space_id').notNull(),
    embedding: real().array().notNull(),
  },
  (table) => [primaryKey({ columns: [table.spaceId, table.chunkId] })],
)
