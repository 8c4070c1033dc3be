import { firstCharacters } from '../../../platform/characters.ts'
import type { Sql } from '../../../platform/database/database.ts'
import {
  lockLeadsOf,
  lowerLeadCounts,
  type MergedLead,
  moveContact,
  moveHistory,
  removeLead,
  takeLastSignal,
  writeMerged,
} from './lead-upkeep.store.ts'
import { mergeScores } from './leads.service.ts'

const progress: Readonly<Record<string, number>> = { new: 0, contacted: 1, qualified: 2 }
const isOpen = (lead: MergedLead) => lead.status in progress

/** Of two open leads of one person the one further on stays, else the older one. */
function byWorth(a: MergedLead, b: MergedLead): number {
  const ahead = (progress[b.status] ?? 0) - (progress[a.status] ?? 0)
  return ahead !== 0 ? ahead : Date.parse(a.detectedAt) - Date.parse(b.detectedAt)
}

const joined = (parts: readonly (string | null)[], sign: string, most: number): string | null => {
  const text = [...new Set(parts.flatMap((part) => (part ?? '').split(sign)))].filter((part) => part !== '')
  return text.length === 0 ? null : firstCharacters(text.join(sign), most)
}

/**
 * Gives the leads of one contact to another that turned out to be the same person. Of two open ones one is left,
 * with its own detection and both timelines, and a group that had counted both counts it once. Closed ones stay as they
 * are.
 */
export async function mergeLeadsOf(
  sql: Sql,
  tenantId: string,
  keepId: string,
  dropId: string,
): Promise<void> {
  const leads = await lockLeadsOf(sql, tenantId, [keepId, dropId])
  if (leads.every(({ contactId }) => contactId === keepId)) return
  const [stays, goes] = leads.filter(isOpen).toSorted(byWorth)
  if (stays !== undefined && goes !== undefined) {
    await lowerLeadCounts(sql, tenantId, await moveHistory(sql, tenantId, goes.id, stays.id))
    if (Date.parse(goes.lastSignalAt) > Date.parse(stays.lastSignalAt))
      await takeLastSignal(sql, tenantId, goes.id, stays.id)
    await removeLead(sql, tenantId, goes.id)
    await writeMerged(sql, tenantId, stays.id, {
      ...mergeScores(stays.facts, goes.facts),
      keywords: joined([stays.keywords, goes.keywords], '\n', 20_000) ?? '',
      notes: joined([stays.notes, goes.notes], '\n', 4_000),
      assignedTo: stays.assignedTo ?? goes.assignedTo,
      messageCount: stays.messageCount + goes.messageCount,
      leadScore: Math.max(stays.leadScore, goes.leadScore),
    })
  }
  await moveContact(sql, tenantId, dropId, keepId)
}
