import { type Context, tenantOf } from '../../../context.ts'
import { whatsappTooManyRequests } from '../../../engine/engine-errors.ts'
import { parsePhone } from '../../../engine/ids.ts'
import { AppError } from '../../../platform/errors.ts'
import { KeyedMutex } from '../../../platform/keyed-mutex.ts'
import { defineProcessState } from '../../../platform/process-state.ts'
import { deleteLookups, type Lookup, listLookups, listWarmPhones, saveLookups } from './accounts.store.ts'

/** What is known of a number; `unknown`: WhatsApp could not be asked just now. */
export type Resolved = { isOnWhatsApp: boolean; account: string | null } | 'unknown'

const dayMs = 86_400_000
/** How long answers are good: people join more often than they leave. */
const foundForMs = 30 * dayMs
const missingForMs = dayMs
/** Who wrote so lately is there; nobody asks. */
const warmForMs = 90 * dayMs
/** Many numbers in one question, or many questions at once, are what robots do. */
const batchSize = 20
const pauseMs = { least: 2000, most: 5000 }
/** A session that was asked to slow down leaves WhatsApp alone for a while, twice as long each time. */
const restMs = { first: 60_000, most: 3_600_000 }
const prunedAtOnce = 10_000

interface Asking {
  /** No question before. */
  notBeforeMs: number
  /** How long the next rest is. */
  restMs: number
}

const states = defineProcessState(() => ({
  turns: new KeyedMutex(),
  asking: new Map<string, Asking>(),
}))

const found = (account: string | null): Resolved => ({ isOnWhatsApp: account !== null, account })

/** What needs no question: who wrote, and answers that are still good. */
async function recall(
  ctx: Context,
  tenantId: string,
  phones: readonly string[],
): Promise<Map<string, Resolved>> {
  const { sql } = ctx.db
  const now = ctx.clock.nowMs()
  const known = new Map<string, Resolved>()
  const warm = await listWarmPhones(sql, tenantId, phones, new Date(now - warmForMs))
  for (const phone of warm) known.set(phone, found(phone))
  const since = { found: new Date(now - foundForMs), missing: new Date(now - missingForMs) }
  const others = phones.filter((phone) => !known.has(phone))
  const kept = others.length === 0 ? [] : await listLookups(sql, tenantId, others, since)
  for (const { phone, account } of kept) known.set(phone, found(account))
  return known
}

/** Asks for one batch; undefined when there is no answer. */
async function ask(
  ctx: Context,
  sessionId: string,
  phones: readonly string[],
): Promise<Lookup[] | undefined> {
  const { asking } = states.of(ctx)
  const state = asking.get(sessionId) ?? { notBeforeMs: 0, restMs: restMs.first }
  asking.set(sessionId, state)
  try {
    const checks = await ctx.engine.contacts.check(sessionId, phones)
    state.restMs = restMs.first
    const length = pauseMs.least + ctx.ids.random() * (pauseMs.most - pauseMs.least)
    state.notBeforeMs = ctx.clock.nowMs() + length * ctx.config.pace
    return checks.map(({ phone, chatId }) => ({
      phone,
      account: chatId === null ? null : (parsePhone(chatId) ?? null),
    }))
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    if (error.code === whatsappTooManyRequests.code) {
      state.notBeforeMs = ctx.clock.nowMs() + state.restMs
      state.restMs = Math.min(state.restMs * 2, restMs.most)
    }
    return undefined
  }
}

/** Asks about numbers in small batches with pauses, one batch of a session at a time; keeps the answers. */
async function askAll(
  ctx: Context,
  tenantId: string,
  sessionId: string,
  phones: readonly string[],
  known: Map<string, Resolved>,
): Promise<void> {
  const { asking } = states.of(ctx)
  for (let start = 0; start < phones.length; start += batchSize) {
    const waitMs = (asking.get(sessionId)?.notBeforeMs ?? 0) - ctx.clock.nowMs()
    if (waitMs > pauseMs.most) return
    await ctx.clock.sleep(waitMs)
    const lookups = await ask(ctx, sessionId, phones.slice(start, start + batchSize))
    if (lookups === undefined) return
    await saveLookups(ctx.db.sql, tenantId, lookups, ctx.clock.now())
    for (const { phone, account } of lookups) known.set(phone, found(account))
  }
}

/**
 * Who of these numbers (digits) is on WhatsApp, and under which account (digits): two numbers with one account are one
 * person. Remembered answers cost nothing, the others are asked in small batches with pauses: call it for those whose
 * turn is next, outside of a transaction. Numbers that could not be asked are `unknown`, to be asked again later.
 */
export async function resolveNumbers(
  ctx: Context,
  sessionId: string,
  phones: readonly string[],
): Promise<Map<string, Resolved>> {
  const tenantId = tenantOf(ctx)
  const wanted = [...new Set(phones)]
  const known = await recall(ctx, tenantId, wanted)
  const unknown = wanted.filter((phone) => !known.has(phone))
  if (unknown.length > 0)
    await states.of(ctx).turns.run(sessionId, async () => {
      // Whoever came before may have asked about the same numbers.
      for (const [phone, answer] of await recall(ctx, tenantId, unknown)) known.set(phone, answer)
      const left = unknown.filter((phone) => !known.has(phone))
      await askAll(ctx, tenantId, sessionId, left, known)
    })
  return new Map(wanted.map((phone) => [phone, known.get(phone) ?? 'unknown']))
}

/** Forgets answers that are too old to count. */
export function forgetLookups(ctx: Context): Promise<number> {
  return deleteLookups(ctx.db.sql, new Date(ctx.clock.nowMs() - foundForMs), prunedAtOnce)
}
