import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import type { Context } from '../../../context.ts'
import {
  type DocumentResult,
  isDocumentType,
  type Passage,
} from '../../../platform/document-reader/document.ts'
import { DocumentReaders } from '../../../platform/document-reader/document-readers.ts'
import { BlobMissingError } from '../../../platform/files/blob-backend.ts'
import { dropSpool, spoolPath, writeSpool } from '../../../platform/files/spool.ts'
import { defineProcessState } from '../../../platform/process-state.ts'
import { WorkerProcessError } from '../../../platform/worker-processes.ts'
import { deleteChunks, deleteUnusedTerms, insertChunks, type NewChunk } from './chunks.store.ts'
import { documentFiles } from './documents.service.ts'
import { maxDocumentBytes, reindexJob, sourceIndexed } from './knowledge.schema.ts'
import { deleteSourceRow, findSource, updateOutcome } from './knowledge.store.ts'
import type { SourceRow } from './knowledge.tables.ts'
import { tagOf } from './lexical-search.ts'

const readers = defineProcessState(
  ({ clock }: Context) => new DocumentReaders(clock),
  (all) => all.close(),
)

/** Passages that are stored at once: others wait for the database no longer than that takes. */
const batchSize = 40

type Read = Exclude<DocumentResult, { refused: string }>
type Outcome = Parameters<typeof updateOutcome>[3]

const failure = (error: string): Outcome => ({
  status: 'failed',
  error,
  chunkCount: 0,
  pages: null,
  pagesWithText: null,
  languages: [],
  indexedAt: null,
})

/** Reads a document in another process and stores its passages; done as well when it was deleted meanwhile. */
export async function indexDocument(
  ctx: Context,
  tenantId: string,
  sourceId: string,
  signal: AbortSignal,
): Promise<void> {
  const source = await findSource(ctx.db.sql, tenantId, sourceId)
  if (source === undefined || source.status !== 'processing') return
  await removeChunks(ctx, tenantId, sourceId)
  const outputPath = await spoolPath(ctx.config.dataDir)
  try {
    const result = await readFile(ctx, source, outputPath)
    if ('refused' in result) return await conclude(ctx, source, failure(result.refused))
    if (await storePassages(ctx, source, outputPath, signal))
      await conclude(ctx, source, indexed(ctx, result))
  } finally {
    await dropSpool(outputPath)
  }
}

const indexed = (ctx: Context, { passages, pages, pagesWithText, languages }: Read): Outcome => ({
  status: 'indexed',
  error: null,
  chunkCount: passages,
  pages,
  pagesWithText,
  languages,
  indexedAt: ctx.clock.now(),
})

/** The document gives up its secrets to the reader alone: in clear only as long as that reads it. */
async function readFile(ctx: Context, source: SourceRow, outputPath: string): Promise<DocumentResult> {
  const { id, tenantId, bytes, name, sourceType } = source
  if (!isDocumentType(sourceType)) return { refused: 'The document is of a type that cannot be read' }
  let path: string | undefined
  try {
    const sealed = await documentFiles.of(ctx).get(id, bytes)
    path = (await writeSpool(ctx.config.dataDir, sealed, maxDocumentBytes)).path
    return await readers
      .of(ctx)
      .run(
        { path, type: sourceType, name, tag: tagOf(tenantId), outputPath },
        { tenantId, searchPath: ctx.config.searchPath },
      )
  } catch (error) {
    if (error instanceof BlobMissingError)
      return { refused: 'The file of the document is gone: upload it again' }
    if (!(error instanceof WorkerProcessError)) throw error
    ctx.log.warn({ err: error, bytes }, 'a document could not be read')
    return { refused: 'Reading the document takes too much time or memory, or it is damaged' }
  } finally {
    if (path !== undefined) await dropSpool(path)
  }
}

/** Stores what was read; false when the document was deleted meanwhile. Throws when the process stops. */
async function storePassages(
  ctx: Context,
  { id: sourceId, tenantId }: SourceRow,
  outputPath: string,
  signal: AbortSignal,
): Promise<boolean> {
  let batch: NewChunk[] = []
  let position = 0
  const store = async (): Promise<boolean> => {
    signal.throwIfAborted()
    const chunks = batch
    batch = []
    return ctx.db.transaction((sql) => insertChunks(sql, tenantId, sourceId, chunks))
  }
  const lines = createInterface({ input: createReadStream(outputPath), crlfDelay: Number.POSITIVE_INFINITY })
  for await (const line of lines) {
    const { text: content, page, heading, terms } = JSON.parse(line) as Passage
    batch.push({ id: ctx.ids.uuid(), position, page, heading, content, terms })
    position += 1
    if (batch.length === batchSize && !(await store())) return false
  }
  return batch.length === 0 || (await store())
}

/** Tells how it ended, in the same transaction as the vectors are asked for. */
async function conclude(ctx: Context, { id, tenantId }: SourceRow, outcome: Outcome): Promise<void> {
  await ctx.db.transaction(async (sql) => {
    const source = await updateOutcome(sql, tenantId, id, outcome)
    if (source === undefined || source.status === 'processing') return
    const { name, status, chunkCount, error } = source
    await ctx.events.publish(sql, sourceIndexed, { tenantId, sourceId: id, name, status, chunkCount, error })
    if (status === 'indexed') await ctx.jobs.add(sql, reindexJob, { tenantId })
  })
}

/** Gives up on a document that cannot be indexed, whatever was tried. */
export async function abandonDocument(ctx: Context, tenantId: string, sourceId: string): Promise<void> {
  const source = await findSource(ctx.db.sql, tenantId, sourceId)
  if (source?.status !== 'processing') return
  await removeChunks(ctx, tenantId, sourceId)
  await conclude(ctx, source, failure('The document could not be indexed: upload it again'))
}

async function removeChunks(ctx: Context, tenantId: string, sourceId: string): Promise<void> {
  for (;;) {
    const removed = await ctx.db.transaction((sql) => deleteChunks(sql, tenantId, sourceId, batchSize))
    if (removed < batchSize) return
  }
}

/** Removes the file, the passages and the last of a document that was deleted. */
export async function removeDocument(ctx: Context, tenantId: string, sourceId: string): Promise<void> {
  await removeChunks(ctx, tenantId, sourceId)
  await deleteUnusedTerms(ctx.db.sql, tenantId)
  await documentFiles.of(ctx).delete(sourceId)
  await deleteSourceRow(ctx.db.sql, sourceId)
}
