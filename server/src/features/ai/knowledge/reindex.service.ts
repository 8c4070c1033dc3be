import type { Context } from '../../../context.ts'
import { defineProcessState } from '../../../platform/process-state.ts'
import { embed, embeddingSpaceOf } from '../providers/providers.service.ts'
import { reindexJob } from './knowledge.schema.ts'
import type { SpaceRow } from './knowledge.tables.ts'
import { hasVectors } from './vector-support.ts'
import {
  activateSpace,
  countVectors,
  createVectorIndex,
  deleteSpace,
  deleteVectors,
  dropVectorIndex,
  ensureSpace,
  type FilledSpace,
  insertVectors,
  listSpaces,
  listUnembedded,
  listUnfinished,
  type UnembeddedChunk,
  updateDimensions,
  updateSample,
} from './vectors.store.ts'

/** Passages that are embedded at once. */
const batchSize = 48
const removedAtOnce = 500
const sampleSize = 96
/** From so many vectors on an index finds the nearest sooner than looking at each. */
const indexedFrom = 5000

/** Tenants whose vectors are being made in this process; true: somebody asked for it again meanwhile. */
const underWay = defineProcessState(() => new Map<string, boolean>())

const extension = /\.[a-z0-9]{1,5}$/i

/** What a passage is about, as a model is given it: it does not know the document around it. */
function textOf({ sourceName, heading, content }: UnembeddedChunk): string {
  const about = [sourceName.replace(extension, ''), ...(heading === null ? [] : [heading])]
  return `${about.join(' › ')}\n${content}`
}

/**
 * Brings the vectors of a tenant up to date with its documents and its embeddings model: those of another model are made
 * beside the ones that are searched, and searched when all are there.
 */
export async function updateVectors(ctx: Context, tenantId: string, signal: AbortSignal): Promise<void> {
  const running = underWay.of(ctx)
  if (running.has(tenantId)) {
    running.set(tenantId, true)
    return
  }
  try {
    do {
      running.set(tenantId, false)
      await runOnce(ctx, tenantId, signal)
      signal.throwIfAborted()
    } while (running.get(tenantId) === true)
  } finally {
    running.delete(tenantId)
  }
}

async function runOnce(ctx: Context, tenantId: string, signal: AbortSignal): Promise<void> {
  const wanted = await embeddingSpaceOf(ctx, tenantId)
  if (wanted !== undefined && (await hasVectors(ctx))) {
    const space = await fill(ctx, tenantId, wanted, signal)
    if (space === undefined) return
  }
  const others = (await listSpaces(ctx.db.sql, tenantId)).filter(({ name }) => name !== wanted)
  for (const space of others) await remove(ctx, space, signal)
}

/** Embeds what has no vector; undefined when the model was changed meanwhile: the change has a job of its own. */
async function fill(
  ctx: Context,
  tenantId: string,
  wanted: string,
  signal: AbortSignal,
): Promise<SpaceRow | undefined> {
  let space = await ensureSpace(ctx.db.sql, tenantId, wanted, ctx.clock.now())
  let after: string | undefined
  for (;;) {
    signal.throwIfAborted()
    const chunks = await listUnembedded(ctx.db.sql, tenantId, space.id, after, batchSize)
    if (chunks.length === 0) break
    const made = await embed(ctx, { tenantId, texts: chunks.map(textOf), kind: 'document', signal })
    if (made === undefined || made.space !== wanted) return undefined
    const { dimensions } = made
    if (space.dimensions !== null && space.dimensions !== dimensions) {
      // The provider changed the model under its name: its vectors cannot be compared with the others.
      await remove(ctx, space, signal)
      space = await ensureSpace(ctx.db.sql, tenantId, wanted, ctx.clock.now())
      after = undefined
    }
    const { id } = space
    await ctx.db.transaction(async (sql) => {
      await updateDimensions(sql, id, dimensions)
      const vectors = chunks.map((chunk, index) => ({ chunkId: chunk.id, values: made.vectors[index] ?? [] }))
      await insertVectors(sql, tenantId, id, vectors)
    })
    space = { ...space, dimensions }
    after = chunks.at(-1)?.id
  }
  await finish(ctx, tenantId, space)
  return space
}

async function finish(ctx: Context, tenantId: string, space: SpaceRow): Promise<void> {
  const { id, dimensions } = space
  if (dimensions === null) return
  const isLarge =
    ctx.db.kind === 'server' && (await countVectors(ctx.db.sql, id, indexedFrom)) === indexedFrom
  if (isLarge) await createVectorIndex(ctx.db, { ...space, dimensions } satisfies FilledSpace)
  await ctx.db.transaction(async (sql) => {
    await updateSample(sql, id, sampleSize)
    await activateSpace(sql, tenantId, id)
  })
}

async function remove(ctx: Context, { id, tenantId }: SpaceRow, signal: AbortSignal): Promise<void> {
  await dropVectorIndex(ctx.db.sql, id)
  while ((await deleteVectors(ctx.db.sql, id, removedAtOnce)) === removedAtOnce) signal.throwIfAborted()
  await deleteSpace(ctx.db.sql, tenantId, id)
}

const mostResumed = 1000

/** Goes on for tenants whose vectors were given up. */
export async function resumeVectors(ctx: Context): Promise<void> {
  const tenants = await listUnfinished(ctx.db.sql, mostResumed)
  await ctx.jobs.addMany(
    ctx.db.sql,
    reindexJob,
    tenants.map((tenantId) => ({ tenantId })),
  )
}
