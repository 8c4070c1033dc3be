import { onEvent } from '../../../feature.ts'
import { aiConfigChanged } from '../providers/providers.schema.ts'
import { reindexJob } from './knowledge.schema.ts'

/** Another embeddings model needs other vectors. */
export const knowledgeEvents = [
  onEvent(aiConfigChanged, async (ctx, sql, events) => {
    const tenants = new Set(events.map(({ tenantId }) => tenantId))
    await ctx.jobs.addMany(
      sql,
      reindexJob,
      Array.from(tenants, (tenantId) => ({ tenantId })),
    )
  }),
]
