import type { Context } from '../../../context.ts'
import type { EventStream, StreamFrame, StreamSource } from '../../../feature.ts'
import { unknownThing } from '../../../platform/errors.ts'
import { idParams } from '../../../wire.ts'
import { bulkChanged } from '../bulk/bulk.schema.ts'
import { progressObject } from './outcomes.schema.ts'
import { getProgress } from './progress.service.ts'

const endings: ReadonlySet<string> = new Set(['completed', 'cancelled', 'failed'])

function idOf(params: Record<string, string>): string {
  const parsed = idParams.safeParse(params)
  if (!parsed.success) throw unknownThing('Bulk job')
  return parsed.data.id
}

/** How a job stands now, as a frame; undefined when that is what the last one said. */
function followProgress(ctx: Context, id: string): () => Promise<StreamFrame | undefined> {
  let last = ''
  return async () => {
    const progress = await getProgress(ctx, id)
    const { expected_end_at: _, ...facts } = progress
    const text = JSON.stringify(facts)
    // The estimate moves by itself with every second; alone it is no news.
    if (text === last) return undefined
    last = text
    return { data: progress, isLast: endings.has(progress.status) }
  }
}

/** How a job comes along: a frame for each change, from whichever process runs it, until it has ended. */
export const progressStream: EventStream = {
  id: 'bulk.progress',
  path: '/bulk-send/{id}/progress',
  summary: 'Follow a bulk job: counters, when the next message goes and when it will be done',
  access: ['bulk-send:read'],
  snapshot: { schema: progressObject, read: (ctx, params) => getProgress(ctx, idOf(params)) },
  async open(ctx, params): Promise<StreamSource> {
    const id = idOf(params)
    const next = followProgress(ctx, id)
    const first = await next()
    return {
      first: first === undefined ? [] : [first],
      names: [bulkChanged.name],
      matches: (payload) => 'jobId' in payload && payload.jobId === id,
      encode: next,
      catchUp: next,
    }
  },
}
