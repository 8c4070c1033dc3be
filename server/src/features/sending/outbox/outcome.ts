import type { Context } from '../../../context.ts'
import { chatKind } from '../../../engine/ids.ts'
import type { Clock } from '../../../platform/clock.ts'
import type { Sql } from '../../../platform/database/database.ts'
import type { Subscription } from '../../../platform/events/events.ts'
import { defineProcessState } from '../../../platform/process-state.ts'
import { dayOf } from '../../account/usage/usage.schema.ts'
import { releaseUnsent } from '../../account/usage/usage.service.ts'
import {
  type MessageProgress,
  messageFailed,
  messageSent,
} from '../../conversations/messages/message-events.schema.ts'
import { failMessage } from '../../conversations/messages/outgoing.service.ts'
import { noteReachOutLock } from '../limits/cold-contacts.service.ts'
import { deleteWaiting, markSent, type SentRow } from './outbox.store.ts'
import { progressOf, type StoredMessage } from './stored-message.ts'

/** How a message left, or did not. */
export interface Outcome {
  status: 'sent' | 'failed'
  at: Date
  error: string | null
}

/** A caller waits this long for WhatsApp's answer; then it learns that the message is on its way. */
const answerMs = 25_000

/** Who waits in this process for the outcome of which message, and whose outcome it will find out itself. */
class Outcomes {
  readonly #clock: Clock
  readonly #waiters = new Map<string, Set<(outcome: Outcome) => void>>()
  /** Messages that are stored or dispatched here at the moment: nobody else in this process may start with them. */
  readonly inProgress = new Set<string>()
  subscription: Subscription | undefined

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** How the message ends, or undefined when that takes longer than a caller waits. */
  wait(messageId: string): Promise<Outcome | undefined> {
    return new Promise((resolve) => {
      const waiters = this.#waiters.get(messageId) ?? new Set()
      this.#waiters.set(messageId, waiters)
      const end = (outcome: Outcome | undefined): void => {
        timer.cancel()
        waiters.delete(end)
        if (waiters.size === 0) this.#waiters.delete(messageId)
        resolve(outcome)
      }
      const timer = this.#clock.schedule(answerMs, () => end(undefined))
      waiters.add(end)
    })
  }

  /** Answers whoever waits for the message. */
  notify(messageId: string, outcome: Outcome): void {
    for (const waiter of [...(this.#waiters.get(messageId) ?? [])]) waiter(outcome)
  }

  /** The same as another process or another path published it. */
  notifyOfEvent({ messageId, status, error }: MessageProgress, atMs: number): void {
    // Whoever has the message in progress here knows more exactly, and notifies in a moment.
    if (this.inProgress.has(messageId) || (status !== 'sent' && status !== 'failed')) return
    this.notify(messageId, { status, at: new Date(atMs), error })
  }
}

const outcomes = defineProcessState((ctx: Context) => new Outcomes(ctx.clock))

/** The outcomes that the application of a context waits for. */
export function outcomesOf(ctx: Context): Outcomes {
  return outcomes.of(ctx)
}

/** A message that WhatsApp took, with its event. */
export interface SentMessage {
  row: SentRow
  event: MessageProgress
}

/**
 * Marks messages as sent with all that follows: counters, usage, events. What another path marked is not published
 * again.
 */
export async function storeSent(ctx: Context, sql: Sql, sent: readonly SentMessage[]): Promise<boolean[]> {
  const marked = await markSent(
    sql,
    sent.map(({ row }) => row),
    dayOf(ctx.clock.nowMs()),
  )
  const events = sent.filter(({ row }) => marked.has(row.id)).map(({ event }) => event)
  await ctx.events.publishMany(sql, messageSent, events)
  return sent.map(({ row }) => marked.has(row.id))
}

async function storeFailed(ctx: Context, message: StoredMessage, error: string): Promise<void> {
  const { id, tenantId, sessionId, createdAt, metadata } = message
  await ctx.db.transaction(async (sql) => {
    const isFirst = await failMessage(sql, tenantId, id, error)
    await deleteWaiting(sql, tenantId, [id])
    if (!isFirst) return
    const kind = chatKind(message.chat.waChatId)
    await releaseUnsent(sql, { tenantId, createdAtMs: createdAt.getTime(), chatKind: kind, metadata })
    if (error === 'ack_463') await noteReachOutLock(ctx, sql, tenantId, sessionId)
    await ctx.events.publish(sql, messageFailed, progressOf(message, 'failed', error))
  })
}

/** The message ends here: marked and published once, the quota given back. */
export async function fail(ctx: Context, message: StoredMessage, error: string): Promise<void> {
  const own = outcomesOf(ctx)
  await storeFailed(ctx, message, error)
  own.notify(message.id, { status: 'failed', at: ctx.clock.now(), error })
}

/** Follows the outcomes that other processes publish: somebody here may wait for them. */
export function startOutcomes(ctx: Context): void {
  const own = outcomesOf(ctx)
  const names = [messageSent.name, messageFailed.name]
  const subscription = ctx.events.subscribe({ names, capacity: 10_000 })
  own.subscription = subscription
  const follow = async () => {
    for await (const event of subscription)
      if (!('lost' in event)) own.notifyOfEvent(event.payload as MessageProgress, event.atMs)
  }
  follow().catch((err: unknown) => ctx.log.error({ err }, 'the outbox hears no events'))
}

/** Follows them no longer. */
export function stopOutcomes(ctx: Context): void {
  outcomesOf(ctx).subscription?.close()
}
