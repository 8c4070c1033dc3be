import type { z } from 'zod'
import { type Context, tenantOf } from '../../../context.ts'
import { retryDeadlocks } from '../../../platform/database/sql-state.ts'
import { unknownThing } from '../../../platform/errors.ts'
import { addMembers } from '../../groups/custom-groups/custom-groups.service.ts'
import type { bulkAddAnswer } from './lead-pipeline.schema.ts'
import { listPeople } from './lead-pipeline.store.ts'

/** Puts the people of leads on one of the tenant's lists; whose number is on it already is skipped. */
export async function addLeadsToList(
  ctx: Context,
  leadIds: readonly string[],
  groupId: string,
): Promise<z.infer<typeof bulkAddAnswer>> {
  const tenantId = tenantOf(ctx)
  const ids = [...new Set(leadIds)]
  return retryDeadlocks(() =>
    ctx.db.transaction(async (sql) => {
      const people = await listPeople(sql, tenantId, ids)
      const errors: { lead_id: string; detail: string }[] = []
      const members: { phone: string; name: string | null }[] = []
      for (const id of ids) {
        const person = people.get(id)
        if (person === undefined) errors.push({ lead_id: id, detail: unknownThing('Lead').message })
        else if (person.phone === null)
          errors.push({ lead_id: id, detail: "WhatsApp hides the person's number" })
        else members.push({ phone: person.phone, name: person.name })
      }
      const added = await addMembers(ctx, sql, tenantId, groupId, members)
      return {
        added: added.size,
        skipped: members.length - added.size,
        failed: errors.length,
        errors,
        custom_group_id: groupId,
      }
    }),
  )
}
