import type { Context } from '../../../context.ts'
import { type Feature, onEvent } from '../../../feature.ts'
import { handleJob } from '../../../job.ts'
import type { Sql } from '../../../platform/database/database.ts'
import { done, retryLater } from '../../../platform/jobs/jobs.ts'
import { customGroupDeleting, customGroupInUse } from '../../groups/custom-groups/custom-groups.schema.ts'
import { readLanguages } from './languages.service.ts'
import { segmentOperations } from './segments.operations.ts'
import { readLanguagesJob } from './segments.schema.ts'
import { listNaming } from './segments.store.ts'

async function refuseNamed(
  _ctx: Context,
  sql: Sql,
  groups: readonly { tenantId: string; groupId: string }[],
): Promise<void> {
  for (const { tenantId, groupId } of groups) {
    const names = await listNaming(sql, tenantId, groupId)
    if (names.length === 0) continue
    const message = `Segments name this group (${names.join(', ')}): change their filters first`
    throw customGroupInUse.create({ message })
  }
}

/** Custom groups that say who belongs to them. */
export const segmentsFeature: Feature = {
  name: 'segments',
  operations: segmentOperations,
  events: [onEvent(customGroupDeleting, refuseNamed)],
  jobs: [
    handleJob(readLanguagesJob, async (ctx, { tenantId }, { signal }) =>
      (await readLanguages(ctx, tenantId, { signal })) ? done : retryLater(60_000),
    ),
  ],
}
