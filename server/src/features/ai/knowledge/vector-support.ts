import type { Context } from '../../../context.ts'
import { defineProcessState } from '../../../platform/process-state.ts'
import { ensureVectorExtension } from './vectors.store.ts'

/** Somebody may install what is missing: it is looked for again after this. */
const retryMs = 600_000

interface Found {
  isThere: boolean
  atMs: number
}

const support = defineProcessState((): { found: Found | undefined } => ({ found: undefined }))

/** Whether the database can compare vectors. A server may lack the extension: then words alone are searched. */
export async function hasVectors(ctx: Context): Promise<boolean> {
  const known = support.of(ctx)
  const nowMs = ctx.clock.monotonicMs()
  const { found } = known
  if (found !== undefined && (found.isThere || nowMs - found.atMs < retryMs)) return found.isThere
  const isThere = await ensureVectorExtension(ctx.db)
  if (!isThere)
    ctx.log.warn(
      'the database has no extension "vector" and may not create it: documents are searched by words alone',
    )
  known.found = { isThere, atMs: nowMs }
  return isThere
}
