import type { Context } from '../../../context.ts'
import type { Sql } from '../../../platform/database/database.ts'
import { previewOf, storableText } from '../../conversations/messages/message-text.service.ts'
import { lockWordless, updateWording } from './detection.store.ts'
import { leadUpdated } from './leads.schema.ts'
import type { LeadSignal } from './leads.service.ts'
import { addFacts, factsOf, scoreOf } from './score.ts'

/**
 * Gives signals that came without words, as sounds do, the ones that were found out since: the lead shows them and its
 * score counts what they say. A message that made no lead, or had words, changes nothing.
 */
export async function wordSignals(ctx: Context, sql: Sql, signals: readonly LeadSignal[]): Promise<void> {
  // One order of persons for everybody, so that two never wait for each other in a ring.
  for (const signal of signals.toSorted((a, b) => (a.contactId < b.contactId ? -1 : 1))) {
    const { tenantId, messageId } = signal
    const lead = await lockWordless(sql, tenantId, messageId)
    if (lead === undefined) continue
    const own = factsOf(signal)
    const facts = addFacts(lead.facts, own)
    await updateWording(sql, {
      tenantId,
      leadId: lead.id,
      messageId,
      preview: previewOf(storableText(signal.text)),
      kinds: own.kinds,
      facts,
      ...scoreOf(facts),
      at: ctx.clock.now(),
    })
    await ctx.events.publish(sql, leadUpdated, { tenantId, leadId: lead.id })
  }
}
