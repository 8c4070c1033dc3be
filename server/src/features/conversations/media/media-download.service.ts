import type { Readable } from 'node:stream'
import type { Context } from '../../../context.ts'
import { tenantOf } from '../../../context.ts'
import type { KeptFile } from '../../../engine/engine.ts'
import type { Sql } from '../../../platform/database/database.ts'
import type { ByteRange } from '../../../platform/files/blob-crypto.ts'
import { nameWithExtension } from '../../../platform/files/file-names.ts'
import { plainType } from '../../../platform/files/file-types.ts'
import { dropSpool, SpoolTooLargeError, writeSpool } from '../../../platform/files/spool.ts'
import { unseal } from '../../../platform/secrets.ts'
import { requireOpenHistory } from '../../account/settings/chat-history.service.ts'
import { getSettings } from '../../account/settings/settings.service.ts'
import { waChatIdOf } from '../contacts/contacts.service.ts'
import { openDetails } from '../messages/message-details.service.ts'
import type { MessageDetails } from '../messages/messages.schema.ts'
import {
  findMessageById,
  getQuotable,
  type MessageRow,
  requireMessage,
} from '../messages/messages.service.ts'
import { protoPurpose } from '../messages/purposes.service.ts'
import {
  type BlobRow,
  findFile,
  linkFiles,
  readFile,
  retainFiles,
  storeFile,
  sweepLater,
} from './blobs.service.ts'
import { fileTooLarge, mediaGone, noMedia, rangeNotSatisfiable } from './media.schema.ts'

/** Files of others are taken up to this size. */
const maxBytes = 100 * 1024 * 1024
const timeoutMs = 120_000
/** What was got on demand stays a while, because players ask for many ranges. */
const onDemandMs = 10 * 60_000
const dayMs = 86_400_000

/** How long the files of a tenant are kept once their message has left or arrived; null is not at all. */
export async function retentionMs(ctx: Context, tenantId: string, sql?: Sql): Promise<number | null> {
  const { storeMedia, mediaRetentionDays } = await getSettings(ctx, tenantId, sql)
  return storeMedia ? mediaRetentionDays * dayMs : null
}

/** Gets the file of a message from WhatsApp and keeps it; throws AppErrors of the engine. */
async function fetchFile(ctx: Context, row: MessageRow, mimetype: string, keepMs: number): Promise<BlobRow> {
  const { tenantId, sessionId, waChatId: chatId } = row
  const { proto } = await getQuotable(ctx, tenantId, row.id)
  if (proto === null) throw mediaGone.create()
  const isFromMe = row.direction === 'outbound'
  const hasSender = !isFromMe && row.chatKind === 'group' && (row.senderPhone ?? row.senderLid) !== null
  const sender = hasSender ? waChatIdOf({ phone: row.senderPhone, lid: row.senderLid }) : null
  const wanted = {
    tenantId,
    mimetype,
    chatId,
    target: { waMessageId: row.waMessageId, isFromMe, sender },
    proto: unseal(ctx.config, protoPurpose(row.id), proto),
  }
  const stored = await ctx.engine.fetchFile(sessionId, wanted, { maxBytes, timeoutMs })
  const until = new Date(ctx.clock.nowMs() + keepMs)
  await ctx.db.transaction(async (sql) => {
    await linkFiles(sql, tenantId, [{ ...stored, messageId: row.id }])
    await retainFiles(sql, tenantId, [row.id], until)
  })
  return { tenantId, mimetype, ...stored }
}

/** Keeps a file that comes from WhatsApp; whoever asked for it ties it to its message, else it goes after a day. */
export async function storeFetched(
  ctx: Context,
  stream: Readable,
  limits: { tenantId: string; mimetype: string; maxBytes: number },
): Promise<KeptFile> {
  const file = await writeSpool(ctx.config.dataDir, stream, limits.maxBytes).catch((error: unknown) => {
    throw error instanceof SpoolTooLargeError ? fileTooLarge.create({ cause: error }) : error
  })
  try {
    const { tenantId, mimetype } = limits
    const id = ctx.ids.uuid()
    const { bytes, sha256 } = await storeFile(ctx, tenantId, { ...file, id, mimetype })
    return { id, bytes, sha256 }
  } finally {
    await dropSpool(file.path)
  }
}

/** Keeps the file of a message for a tenant that wants that; nothing when it is here already. */
export async function storeMessageMedia(ctx: Context, tenantId: string, messageId: string): Promise<void> {
  const keepMs = await retentionMs(ctx, tenantId)
  const row = await findMessageById(ctx, tenantId, messageId)
  if (keepMs === null || row === undefined || row.deletedAt !== null) return
  if ((await findFile(ctx, tenantId, messageId)) !== undefined) return
  await fetchFile(ctx, row, typeOf(openDetails(ctx, row.id, row.details)), keepMs)
}

const typeOf = (details: MessageDetails | null): string =>
  details?.media?.mimetype ?? 'application/octet-stream'

async function fetchOnDemand(
  ctx: Context,
  row: MessageRow,
  details: MessageDetails | null,
): Promise<BlobRow> {
  const keepMs = await retentionMs(ctx, row.tenantId)
  const file = await fetchFile(ctx, row, typeOf(details), keepMs ?? onDemandMs)
  if (keepMs === null) sweepLater(ctx, onDemandMs)
  return file
}

/** Whether the file of a message is kept here, or WhatsApp may still have it. */
export async function hasMessageFile(ctx: Context, row: MessageRow): Promise<boolean> {
  if (!row.hasMedia || row.deletedAt !== null) return false
  if ((await findFile(ctx, row.tenantId, row.id)) !== undefined) return true
  return (await getQuotable(ctx, row.tenantId, row.id)).proto !== null
}

/** The file of a message, for features that read it: what is kept here, else from WhatsApp while it has it. */
export async function getMessageFile(ctx: Context, tenantId: string, messageId: string): Promise<BlobRow> {
  const row = await findMessageById(ctx, tenantId, messageId)
  if (row?.hasMedia !== true || row.deletedAt !== null) throw noMedia.create()
  const kept = await findFile(ctx, tenantId, messageId)
  return kept ?? fetchOnDemand(ctx, row, openDetails(ctx, row.id, row.details))
}

/** What a caller asked for with its headers. */
export interface FileConditions {
  range?: string | undefined
  ifRange?: string | undefined
  ifNoneMatch?: string | undefined
}

/** A file, or a part of it, as it goes out. */
export interface ServedFile {
  status: 200 | 206 | 304
  headers: Record<string, string>
  contentType: string
  body: Awaited<ReturnType<typeof readFile>> | ''
}

/** One range of a file; undefined when all of it is wanted (RFC 9110, section 14: several ranges may be ignored). */
export function parseRange(header: string | undefined, bytes: number): ByteRange | undefined {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header?.trim() ?? '')
  const [, first = '', last = ''] = match ?? []
  if (match === null || (first === '' && last === '')) return undefined
  const start = first === '' ? Math.max(0, bytes - Number(last)) : Number(first)
  const end = first === '' || last === '' ? bytes - 1 : Math.min(Number(last), bytes - 1)
  if (start >= bytes || start > end) {
    throw rangeNotSatisfiable.create({ headers: { 'content-range': `bytes */${bytes}` } })
  }
  return { start, end }
}

// RFC 6266: the plain name for old clients, the exact one beside it.
function disposition(fileName: string): string {
  const plain = fileName.replaceAll(/[^\x20-\x7e]|["\\]/g, '_')
  const exact = encodeURIComponent(fileName.toWellFormed()).replaceAll(
    /['()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )
  return `attachment; filename="${plain}"; filename*=UTF-8''${exact}`
}

/** Types that a header can carry; senders choose them. */
const headerType = /^[\w.+-]+\/[\w.+-]+(?:; ?[\w.+-]+=[\w.+-]+)*$/

/** Whoever opens it in a browser gets a download, and nothing in it runs. */
function headersOf(file: BlobRow, fileName: string): Record<string, string> {
  return {
    etag: `"${file.sha256}"`,
    'accept-ranges': 'bytes',
    'content-disposition': disposition(fileName),
    'content-security-policy': "default-src 'none'; sandbox",
    'x-content-type-options': 'nosniff',
    'cache-control': 'private, no-store',
  }
}

/** The file of a message: what is kept here, else from WhatsApp while it has it. */
export async function serveMedia(ctx: Context, id: string, conditions: FileConditions): Promise<ServedFile> {
  await requireOpenHistory(ctx)
  const row = await requireMessage(ctx, id)
  if (!row.hasMedia) throw noMedia.create()
  const details = openDetails(ctx, row.id, row.details)
  const file = (await findFile(ctx, tenantOf(ctx), row.id)) ?? (await fetchOnDemand(ctx, row, details))
  // What has no name is called by its kind, so that whoever saves it can open it.
  const name = details?.media?.file_name ?? row.messageType
  const headers = headersOf(file, nameWithExtension(name, plainType(file.mimetype) ?? ''))
  const contentType = headerType.test(file.mimetype) ? file.mimetype : 'application/octet-stream'
  const { etag = '' } = headers
  if (conditions.ifNoneMatch?.split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag) === true) {
    return { status: 304, headers, contentType, body: '' }
  }
  const isSame = conditions.ifRange === undefined || conditions.ifRange === etag
  const range = isSame ? parseRange(conditions.range, file.bytes) : undefined
  const body = await readFile(ctx, file, range)
  if (range === undefined) {
    return { status: 200, headers: { ...headers, 'content-length': String(file.bytes) }, contentType, body }
  }
  const { start, end } = range
  const part = {
    'content-range': `bytes ${start}-${end}/${file.bytes}`,
    'content-length': String(end - start + 1),
  }
  return { status: 206, headers: { ...headers, ...part }, contentType, body }
}
