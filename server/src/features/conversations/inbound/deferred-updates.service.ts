import type { Context } from '../../../context.ts'
import type { MessageChange, StatusUpdate } from '../../../engine/events.ts'
import { afterCommit, type Sql } from '../../../platform/database/database.ts'
import { defineProcessState } from '../../../platform/process-state.ts'
import { seal, unseal } from '../../../platform/secrets.ts'
import { insertEarlyFact, listEarlyMessages, takeEarlyFacts } from './deferred-updates.store.ts'

/** What can be told of a message before it is known. */
export type EarlyFact =
  | { kind: 'status'; update: StatusUpdate }
  | { kind: 'change'; change: MessageChange }
  /** A stored reaction that did not find its target; by our id. */
  | { kind: 'reaction'; messageId: string; emoji: string; from: string; by: string | null; at: string }

/** A message as WhatsApp names it. */
export interface EarlyPlace {
  tenantId: string
  sessionId: string
  waMessageId: string
}

// Which messages of which sessions are waited for: nearly none, so that nothing is asked for each message that arrives.
// A session runs in one process, which is the only one to add.
const waited = defineProcessState(() => new Map<string, Set<string>>())

const mostWaited = 5000
const purposeOf = (id: string): string => `early-fact ${id}`

async function waitedFor(ctx: Context, sql: Sql, tenantId: string, sessionId: string): Promise<Set<string>> {
  const sessions = waited.of(ctx)
  const known = sessions.get(sessionId)
  if (known !== undefined) return known
  const found = new Set(await listEarlyMessages(sql, tenantId, sessionId))
  sessions.set(sessionId, found)
  return found
}

/** Keeps facts about messages that are not stored yet. */
export async function keepEarly(
  ctx: Context,
  sql: Sql,
  facts: readonly (EarlyPlace & { fact: EarlyFact })[],
): Promise<void> {
  for (const { tenantId, sessionId, waMessageId, fact } of facts) {
    const id = ctx.ids.uuid()
    const sealed = seal(ctx.config, purposeOf(id), Buffer.from(JSON.stringify(fact)))
    const row = { id, tenantId, sessionId, waMessageId, fact: sealed, at: ctx.clock.now() }
    await insertEarlyFact(sql, row)
    const ids = await waitedFor(ctx, sql, tenantId, sessionId)
    afterCommit(sql, () => remember(ids, waMessageId))
  }
}

/** Receipts of what is stored nowhere, as of an own reaction, wait in vain: the oldest are let go. */
function remember(ids: Set<string>, waMessageId: string): void {
  ids.add(waMessageId)
  const [oldest] = ids
  if (ids.size > mostWaited && oldest !== undefined) ids.delete(oldest)
}

/** Takes what was told earlier of messages that are being stored, oldest first. */
export async function takeEarly(
  ctx: Context,
  sql: Sql,
  places: readonly EarlyPlace[],
): Promise<{ waMessageId: string; fact: EarlyFact }[]> {
  const facts: { waMessageId: string; fact: EarlyFact }[] = []
  for (const [sessionId, own] of Map.groupBy(places, (place) => place.sessionId)) {
    const [first] = own
    if (first === undefined) continue
    const ids = await waitedFor(ctx, sql, first.tenantId, sessionId)
    const wanted = own.map(({ waMessageId }) => waMessageId).filter((id) => ids.has(id))
    if (wanted.length === 0) continue
    for (const row of await takeEarlyFacts(sql, first.tenantId, sessionId, wanted))
      facts.push({
        waMessageId: row.waMessageId,
        fact: parseFact(unseal(ctx.config, purposeOf(row.id), row.fact)),
      })
    afterCommit(sql, () => {
      for (const id of wanted) ids.delete(id)
    })
  }
  return facts
}

function parseFact(bytes: Uint8Array): EarlyFact {
  const fact: EarlyFact = JSON.parse(Buffer.from(bytes).toString())
  if (fact.kind === 'status') fact.update.at = new Date(fact.update.at)
  if (fact.kind === 'change') fact.change.at = new Date(fact.change.at)
  return fact
}
