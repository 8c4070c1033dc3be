import { type Context, tenantOf } from '../../../context.ts'
import { parsePhone } from '../../../engine/ids.ts'
import { validationFailed } from '../../../platform/errors.ts'
import { getSettings } from '../../account/settings/settings.service.ts'
import { notAllowedNumber } from '../../sending/outbox/outbox.schema.ts'
import { getWorkingSession } from '../../sessions/lifecycle/sessions.service.ts'
import { listSessionsInGroup } from './wa-groups.store.ts'

/**
 * The working session to act through: the named one, or the only one of the tenant that is in the group. 404 for an
 * unknown one, 400 for one that does not work, 422 when it has to be named.
 */
export async function chooseSession(
  ctx: Context,
  waGroupId: string,
  sessionId: string | undefined,
): Promise<string> {
  const chosen = sessionId ?? (await onlySessionOf(ctx, waGroupId))
  await getWorkingSession(ctx, chosen)
  return chosen
}

async function onlySessionOf(ctx: Context, waGroupId: string): Promise<string> {
  const members = await listSessionsInGroup(ctx.db.sql, tenantOf(ctx), waGroupId)
  const working = members.filter(({ isWorking }) => isWorking)
  const [only, ...others] = working.length > 0 ? working : members
  if (only !== undefined && others.length === 0) return only.sessionId
  const message =
    only === undefined
      ? 'needed: no session is known to be in this group'
      : 'needed: several sessions are in this group'
  throw validationFailed.create({
    message: `session_id: ${message}`,
    details: { errors: [{ field: 'session_id', message }] },
  })
}

/** Who is brought into a group must be on the tenant's list when there is one: 403. */
export async function requireAllowedNumbers(ctx: Context, chatIds: readonly string[]): Promise<void> {
  const { allowedNumbers } = await getSettings(ctx, tenantOf(ctx))
  if (allowedNumbers.length === 0) return
  const refused = chatIds.some((chatId) => !allowedNumbers.includes(`+${parsePhone(chatId)}`))
  if (refused) throw notAllowedNumber.create({ message: 'A participant is not among the allowed_numbers' })
}
