import { Readable } from 'node:stream'
import { type Context, tenantOf } from '../../../context.ts'
import type { UploadedFile } from '../../../operation.ts'
import {
  type DocumentType,
  documentTypes,
  isDocumentType,
} from '../../../platform/document-reader/document.ts'
import { unknownThing } from '../../../platform/errors.ts'
import { createBlobStore } from '../../../platform/files/blob-store.ts'
import { cleanPathName } from '../../../platform/files/file-names.ts'
import { plainType, typeOfName } from '../../../platform/files/file-types.ts'
import { dropSpool, type SpoolFile, writeSpool } from '../../../platform/files/spool.ts'
import { defineProcessState } from '../../../platform/process-state.ts'
import { requireBelowLimit } from '../../account/plans/plans.service.ts'
import { getSettings } from '../../account/settings/settings.service.ts'
import { lockTenant } from '../../account/tenants/tenants.service.ts'
import { consentMissing } from '../providers/providers.schema.ts'
import { requireAi } from '../providers/providers.service.ts'
import {
  encodeIngested,
  encodeSource,
  type IngestInput,
  ingestJob,
  maxDocumentBytes,
  refuseField,
  removeSourceJob,
  unsupportedDocument,
} from './knowledge.schema.ts'
import {
  countSources,
  deleteSourceRow,
  insertSource,
  listSourceRows,
  listUnstored,
  updateDeleted,
  updateStored,
} from './knowledge.store.ts'
import type { SourceRow } from './knowledge.tables.ts'

/** Where the files of documents lie, under the document's id. */
export const documentFiles = defineProcessState((ctx: Context) => createBlobStore(ctx.config))

/** A file that came, and what it is said to be. */
interface Incoming {
  file: SpoolFile
  name: string
  type: DocumentType
  /** Whether the file is this operation's to remove. */
  isOwn: boolean
}

const typesByExtension: Readonly<Record<string, DocumentType>> = {
  md: 'text/markdown',
  markdown: 'text/markdown',
  htm: 'text/html',
  html: 'text/html',
  xhtml: 'text/html',
  txt: 'text/plain',
  pdf: 'application/pdf',
}
const otherNames: Readonly<Record<string, DocumentType>> = {
  'text/x-markdown': 'text/markdown',
  'application/xhtml+xml': 'text/html',
  'application/x-pdf': 'application/pdf',
}
const longestName = 255

/** What a file is to be read as: its name's extension says more than the type that programs send along. */
function typeOf(name: string, declared: string | undefined): DocumentType {
  const extension = /\.([a-z0-9]{1,10})$/i.exec(name)?.[1]?.toLowerCase() ?? ''
  const named = typesByExtension[extension] ?? typeOfName(name)
  const said = plainType(declared)
  for (const type of [named, said]) {
    if (type === undefined) continue
    const known = otherNames[type] ?? type
    if (isDocumentType(known)) return known
    // Whoever calls a file a picture means it.
    if (type === named) break
  }
  const what = Object.values(documentTypes).join(', ')
  throw unsupportedDocument.create({
    message: `file: ${named ?? said ?? 'a file of no known type'} cannot be read; these can: ${what}`,
  })
}

async function takeUpload(upload: UploadedFile, name: string | undefined): Promise<Incoming> {
  const given = cleanPathName(upload.fileName ?? '') || 'document'
  const type = typeOf(upload.fileName ?? name ?? '', upload.mimetype)
  if (upload.bytes === 0) throw refuseField('file', 'is empty')
  return { file: upload, name: (name ?? given).slice(0, longestName), type, isOwn: false }
}

async function takeText(ctx: Context, text: string, name: string | undefined): Promise<Incoming> {
  if (name === undefined) throw refuseField('name', 'field required: what the document is called')
  const pieces = Readable.from([Buffer.from(text)], { objectMode: false })
  const file = await writeSpool(ctx.config.dataDir, pieces, maxDocumentBytes)
  const isMarkdown = /\.(?:md|markdown)$/i.test(name)
  return { file, name, type: isMarkdown ? 'text/markdown' : 'text/plain', isOwn: true }
}

async function announce(ctx: Context, { name, type, file }: Incoming): Promise<SourceRow> {
  const tenantId = tenantOf(ctx)
  return ctx.db.transaction(async (sql) => {
    await lockTenant(sql, tenantId)
    await requireBelowLimit(ctx, sql, 'max_knowledge_documents', await countSources(sql, tenantId))
    return insertSource(sql, {
      id: ctx.ids.uuid(),
      tenantId,
      name,
      sourceType: type,
      status: 'processing',
      taskId: ctx.ids.uuid(),
      bytes: file.bytes,
      createdAt: ctx.clock.now(),
    })
  })
}

/** Keeps a document and has it indexed. */
export async function ingestDocument(
  ctx: Context,
  input: IngestInput & { upload?: UploadedFile | undefined },
) {
  const { upload, text, name } = input
  if (upload !== undefined && text !== undefined)
    throw refuseField('text', 'either a file or a text, not both')
  if (upload === undefined && text === undefined) throw refuseField('file', 'field required')
  const incoming =
    upload === undefined ? await takeText(ctx, text ?? '', name) : await takeUpload(upload, name)
  try {
    const source = await announce(ctx, incoming)
    await storeFile(ctx, source, incoming.file)
    return encodeIngested(source)
  } finally {
    if (incoming.isOwn) await dropSpool(incoming.file.path)
  }
}

async function storeFile(ctx: Context, { id, tenantId }: SourceRow, file: SpoolFile): Promise<void> {
  try {
    await documentFiles.of(ctx).put(id, file)
    await ctx.db.transaction(async (sql) => {
      await updateStored(sql, tenantId, id)
      await ctx.jobs.add(sql, ingestJob, { tenantId, sourceId: id })
    })
  } catch (error) {
    // The limit must not count what never came; the sweep finds it where this fails, too.
    await dropUpload(ctx, id).catch(() => undefined)
    throw error
  }
}

async function dropUpload(ctx: Context, id: string): Promise<void> {
  await documentFiles.of(ctx).delete(id)
  await deleteSourceRow(ctx.db.sql, id)
}

const uploadMs = 3_600_000
const sweepSize = 100

/** Removes what uploads left behind whose process died. */
export async function sweepUploads(ctx: Context, signal: AbortSignal): Promise<void> {
  const before = new Date(ctx.clock.nowMs() - uploadMs)
  while (!signal.aborted) {
    const ids = await listUnstored(ctx.db.sql, before, sweepSize)
    for (const id of ids) await dropUpload(ctx, id)
    if (ids.length < sweepSize) return
  }
}

/** Own documents may be seen and deleted after a plan without AI was chosen; consent is needed all the same. */
async function requireAiOrOwned(ctx: Context, hasOwn: boolean): Promise<void> {
  if (!hasOwn) await requireAi(ctx)
  else if (!(await getSettings(ctx, tenantOf(ctx))).aiConsentEnabled) throw consentMissing.create()
}

/** Documents of the caller's tenant, newest first. */
export async function listDocuments(ctx: Context) {
  const rows = await listSourceRows(ctx.db.sql, tenantOf(ctx))
  await requireAiOrOwned(ctx, rows.length > 0)
  return rows.map(encodeSource)
}

/** Takes a document away at once, and has its file and passages removed. */
export async function deleteDocument(ctx: Context, sourceId: string): Promise<void> {
  const tenantId = tenantOf(ctx)
  const own = await listSourceRows(ctx.db.sql, tenantId)
  await requireAiOrOwned(ctx, own.length > 0)
  await ctx.db.transaction(async (sql) => {
    const isThere = await updateDeleted(sql, tenantId, sourceId, ctx.clock.now())
    if (!isThere) throw unknownThing('Document')
    await ctx.jobs.add(sql, removeSourceJob, { tenantId, sourceId })
  })
}
