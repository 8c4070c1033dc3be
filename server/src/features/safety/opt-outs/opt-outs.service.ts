import { type Context, tenantOf } from '../../../context.ts'
import { type ChatId, parsePhone } from '../../../engine/ids.ts'
import type { Sql } from '../../../platform/database/database.ts'
import { unknownThing } from '../../../platform/errors.ts'
import { toTimestamp } from '../../../wire.ts'
import { optOutChanged, recipientOptedOut } from './opt-outs.schema.ts'
import * as store from './opt-outs.store.ts'
import type { OptOutMethod } from './opt-outs.tables.ts'

/** What is sent without a person deciding on each message. */
const unasked: ReadonlySet<string> = new Set(['bulk', 'schedule', 'report', 'auto_reply'])

/**
 * Refuses (403) what is sent by itself to whoever asked to be left alone. A single message of a person, an agent or a
 * tool may go: somebody may have to answer the very message that opted out.
 */
export async function requireOptedIn(
  ctx: Context,
  { tenantId, chatId, origin }: { tenantId: string; chatId: ChatId; origin: string },
): Promise<void> {
  if (!unasked.has(origin)) return
  const digits = parsePhone(chatId)
  if (digits === undefined) return
  const addresses = await store.listAddresses(ctx.db.sql, tenantId, digits)
  if (await store.hasOptedOut(ctx.db.sql, tenantId, addresses)) throw recipientOptedOut.create()
}

/** A change of where somebody stands. */
export interface OptOutChange {
  tenantId: string
  /** Digits of the phone, or `lid:` and those of the LID. */
  address: string
  isOptedOut: boolean
  how: OptOutMethod
  word: string | null
  sessionId: string | null
  userId: string | null
  /** The inbound message that says so. */
  messageId?: string
}

const phoneOfAddress = (address: string): string | null => (address.startsWith('lid:') ? null : `+${address}`)

/** Records a change at all addresses of a person; nothing when it changes nothing. */
export async function recordOptOut(ctx: Context, sql: Sql, change: OptOutChange): Promise<void> {
  const { tenantId, address, isOptedOut, how, word, sessionId, userId } = change
  const changedAt = ctx.clock.now()
  const digits = address.replace(/^lid:/, '')
  const changed = isOptedOut
    ? (await store.setOptOut(sql, { tenantId, address, isOptedOut, changedAt }))
      ? [address]
      : []
    : await store.clearOptOuts(sql, tenantId, await store.listAddresses(sql, tenantId, digits), changedAt)
  if (changed.length === 0) return
  await store.insertLedger(
    sql,
    changed.map((own) => ({
      id: ctx.ids.uuid(),
      tenantId,
      address: own,
      isOptedOut,
      how,
      word,
      sessionId,
      userId,
      createdAt: changedAt,
    })),
  )
  const phone = changed.map(phoneOfAddress).find((own) => own !== null) ?? null
  await ctx.events.publish(sql, optOutChanged, {
    tenantId,
    phone,
    isOptedOut,
    how,
    messageId: change.messageId ?? null,
  })
}

/** Enters by hand that a person opted out or in again. */
export async function setManualOptOut(ctx: Context, phone: string, isOptedOut: boolean) {
  const { caller } = ctx
  const userId = caller.kind === 'user' || caller.kind === 'key' ? caller.userId : null
  const tenantId = tenantOf(ctx)
  const change = { tenantId, address: phone, isOptedOut, how: 'manual' as const, word: null }
  await ctx.db.transaction((sql) => recordOptOut(ctx, sql, { ...change, sessionId: null, userId }))
  return getOptOut(ctx, phone)
}

/** Persons and where they stand. */
export async function getOptOuts(
  ctx: Context,
  input: { opted_out?: boolean | undefined; search?: string | undefined; limit: number; offset: number },
) {
  const { search = '', limit, offset } = input
  const filter = { tenantId: tenantOf(ctx), isOptedOut: input.opted_out ?? true, search }
  const { rows, total } = await store.listOptOuts(ctx.db.sql, filter, limit, offset)
  const entries = rows.map((row) => ({
    phone: phoneOfAddress(row.address),
    opted_out: row.isOptedOut,
    changed_at: toTimestamp(row.changedAt),
  }))
  return { opt_outs: entries, total, limit, offset }
}

/** One person with all that happened; 404 when nothing ever did. */
export async function getOptOut(ctx: Context, phone: string) {
  const tenantId = tenantOf(ctx)
  const read = async (sql: Sql) => {
    const addresses = await store.listAddresses(sql, tenantId, phone)
    const ledger = await store.listLedger(sql, tenantId, addresses)
    return { ledger, isOptedOut: await store.hasOptedOut(sql, tenantId, addresses) }
  }
  const { ledger, isOptedOut } = await ctx.db.transaction(read, { isSnapshot: true })
  if (ledger.length === 0) throw unknownThing('Opt-out')
  return {
    phone: `+${phone}`,
    opted_out: isOptedOut,
    history: ledger.map((row) => ({
      opted_out: row.isOptedOut,
      how: row.how,
      word: row.word,
      session_id: row.sessionId,
      user_id: row.userId,
      created_at: toTimestamp(row.createdAt),
    })),
  }
}

/** Whether a person may not be written to by itself: the same look as before a send. */
export async function isOptedOut(ctx: Context, tenantId: string, phone: string, sql?: Sql): Promise<boolean> {
  const door = sql ?? ctx.db.sql
  return store.hasOptedOut(door, tenantId, await store.listAddresses(door, tenantId, phone))
}
