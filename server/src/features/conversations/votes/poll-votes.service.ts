import type { z } from 'zod'
import type { Context } from '../../../context.ts'
import { tenantOf } from '../../../context.ts'
import { phoneOf } from '../../../engine/ids.ts'
import { toTimestamp } from '../../../wire.ts'
import { getMessage } from '../messages/messages.service.ts'
import { notAPoll, type votesAnswer } from './poll-votes.schema.ts'
import { listVotes } from './poll-votes.store.ts'

/** Who chose what in a poll of the caller's tenant; 404 for an unknown message, 400 for one that is no poll. */
export async function getVotes(
  ctx: Context,
  messageId: string,
  page: { limit: number; offset: number },
): Promise<z.output<typeof votesAnswer>> {
  const { id, poll } = await getMessage(ctx, messageId)
  if (poll === null) throw notAPoll.create()
  const { rows, total } = await listVotes(ctx.db.sql, tenantOf(ctx), id, page)
  const votes = rows.map((row) => ({
    contact_id: row.contactId,
    name: row.name,
    phone: phoneOf(row.phone),
    options: row.options.flatMap((index) => poll.options[index]?.text ?? []),
    voted_at: toTimestamp(new Date(row.votedAt)),
  }))
  return { votes, total, ...page }
}
