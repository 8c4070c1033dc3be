import type { Readable } from 'node:stream'
import type { Context } from '../../../context.ts'
import type { Sql } from '../../../platform/database/database.ts'
import { BlobMissingError } from '../../../platform/files/blob-backend.ts'
import type { ByteRange, FileDigest } from '../../../platform/files/blob-crypto.ts'
import { createBlobStore } from '../../../platform/files/blob-store.ts'
import type { SealedFile } from '../../../platform/files/sealed-file.ts'
import { defineProcessState } from '../../../platform/process-state.ts'
import { mediaGone } from './media.schema.ts'
import {
  type BlobLink,
  type BlobRow,
  deleteBlobs,
  findBlob,
  findBlobOf,
  insertBlob,
  isUnlinked,
  linkBlobs,
  listOver,
  retainBlobs,
} from './media.store.ts'

export type { BlobRow } from './media.store.ts'

const blobStores = defineProcessState((ctx: Context) => createBlobStore(ctx.config))

/**
 * Copies a file into the blob store; resolves when it would survive a crash. It belongs to no message and cannot be read
 * until its link holds what is answered here.
 */
export async function storeFile(
  ctx: Context,
  tenantId: string,
  file: { id: string; path: string; bytes: number; sha256?: string | undefined; mimetype: string },
): Promise<FileDigest> {
  const { id, mimetype } = file
  const announced = insertBlob(ctx.db.sql, { id, tenantId, mimetype, createdAt: ctx.clock.now() })
  const [digest] = await Promise.all([blobStores.of(ctx).put(id, file, announced), announced])
  return digest
}

/** Ties files to their messages, in the transaction that stores these. */
export async function linkFiles(sql: Sql, tenantId: string, links: readonly BlobLink[]): Promise<void> {
  if (links.length > 0) await linkBlobs(sql, tenantId, links)
}

/** The file of a message, when it is kept here. */
export function findFile(ctx: Context, tenantId: string, messageId: string): Promise<BlobRow | undefined> {
  return findBlobOf(ctx.db.sql, tenantId, messageId, ctx.clock.now())
}

/** Says until when the files of messages are kept. */
export async function retainFiles(
  sql: Sql,
  tenantId: string,
  messageIds: readonly string[],
  until: Date,
): Promise<void> {
  if (messageIds.length > 0) await retainBlobs(sql, tenantId, messageIds, until)
}

/** Removes a file unless a message has it. */
export async function dropUnlinked(ctx: Context, tenantId: string, id: string): Promise<void> {
  if (!(await isUnlinked(ctx.db.sql, tenantId, id))) return
  await blobStores.of(ctx).delete(id)
  await deleteBlobs(ctx.db.sql, [id])
}

/** The bytes of a kept file, or of a part of it; 410 when they are gone all the same. */
export async function readFile(ctx: Context, file: BlobRow, range?: ByteRange): Promise<Readable> {
  try {
    return await blobStores.of(ctx).get(file.id, file.bytes, range)
  } catch (error) {
    throw error instanceof BlobMissingError ? mediaGone.create({ cause: error }) : error
  }
}

/** The bytes behind the key of a file to send, as stored content names it. */
export async function readOutgoing(ctx: Context, id: string): Promise<Readable> {
  const file = await findBlob(ctx.db.sql, id)
  if (file === undefined) throw mediaGone.create()
  return readFile(ctx, file)
}

/** Where the file behind such a key is on this machine's disk; undefined when it is elsewhere. */
export async function locateOutgoing(ctx: Context, id: string): Promise<SealedFile | undefined> {
  const file = await findBlob(ctx.db.sql, id)
  if (file === undefined) throw mediaGone.create()
  return blobStores.of(ctx).locate(file.id, file.bytes)
}

const sweepSize = 200

/** Removes files that nobody needs any more; false when it was aborted before the end. */
export async function sweepFiles(ctx: Context, signal?: AbortSignal): Promise<boolean> {
  for (;;) {
    const ids = await listOver(ctx.db.sql, ctx.clock.now(), sweepSize)
    for (const id of ids) await blobStores.of(ctx).delete(id)
    await deleteBlobs(ctx.db.sql, ids)
    if (ids.length < sweepSize) return true
    if (signal?.aborted === true) return false
  }
}

/** Sweeps are at most as frequent as this, however many files end. */
const windowMs = 60_000
/** By their window. */
const plannedSweeps = defineProcessState(
  () => new Map<number, { cancel(): void }>(),
  (planned) => {
    for (const sweep of planned.values()) sweep.cancel()
  },
)

/** Removes soon after `ms` what nobody needs by then; the daily job does it when this process ends before. */
export function sweepLater(ctx: Context, ms: number): void {
  const planned = plannedSweeps.of(ctx)
  const nowMs = ctx.clock.monotonicMs()
  const window = Math.floor((nowMs + ms) / windowMs) + 1
  if (planned.has(window)) return
  const sweep = ctx.clock.schedule(window * windowMs - nowMs, () => {
    planned.delete(window)
    sweepFiles(ctx).catch((err: unknown) =>
      ctx.log.warn({ err }, 'files that nobody needs could not be removed'),
    )
  })
  planned.set(window, sweep)
}
