import type { Context } from '../../../context.ts'
import {
  type ActiveChat,
  type ChatCounts,
  type ChatCursor,
  type ChatPerson,
  countActiveChats,
  countByChat,
  countNextQuarters,
  countQuarters,
  listActiveChats,
  listChatPersons,
  listUnanswered,
  type MessageSpan,
  type QuarterCounts,
  type WaitingChat,
} from './message-figures.store.ts'
import type { ReportSpan } from './report-span.schema.ts'

/** Messages of a session in a report's period, by quarters of an hour since the epoch. */
export interface SessionVolume {
  received: Map<number, number>
  sent: Map<number, number>
  failed: number
}

/** A person and how much was said with them. */
export type BusyChat = ChatCounts & ChatPerson

/** Chats that are held in memory at once, about. */
const chatsPerPart = 20_000
const mostParts = 256
/** A statement shall take about as long: nobody waits noticeably behind it, on a database that works one by one. */
const statementMs = 40
const fewestMessages = 200
const mostMessages = 50_000
const mostAtOnce = 10_000
const mostChats = 1_000

/** The messages of a session that a report is about. */
function spanOf({ tenantId, from, to }: ReportSpan, sessionId: string): MessageSpan {
  return { tenantId, sessionId, from, to }
}

/** Walks over the conversations of a session in statements that take about equally long. */
class Walk {
  readonly #ctx: Context
  readonly #report: ReportSpan
  readonly #span: MessageSpan
  /** Messages that the next statement may have to read. */
  #budget = 1_000

  constructor(ctx: Context, report: ReportSpan, sessionId: string) {
    this.#ctx = ctx
    this.#report = report
    this.#span = spanOf(report, sessionId)
  }

  /**
   * Hands out the chats, many small ones at once and large ones alone, one statement after the other: whoever else needs
   * the database comes in between, however much there is to count.
   */
  async run(
    isOfPersons: boolean,
    visit: {
      small(chatIds: readonly string[], span: MessageSpan): Promise<void>
      large(chatId: string, quarters: readonly QuarterCounts[]): void
    },
  ): Promise<void> {
    const { sql } = this.#ctx.db
    const chats = await countActiveChats(sql, this.#span)
    const of = Math.min(mostParts, Math.ceil(chats / chatsPerPart))
    for (let part = 0; part < of; part += 1) {
      const listed = await listActiveChats(sql, this.#span, { part, of, isOfPersons })
      while (listed.length > 0) {
        const ids = this.#takeBatch(listed)
        const large = ids === undefined ? listed.pop() : undefined
        if (ids !== undefined) await this.#measured(() => visit.small(ids, this.#span))
        if (large !== undefined) await this.#walkLarge(large.id, visit.large)
      }
    }
  }

  /** The next chats that fit into one statement; undefined when the next one is too large for that. */
  #takeBatch(listed: ActiveChat[]): string[] | undefined {
    const ids: string[] = []
    let messages = 0
    while (ids.length < mostChats) {
      messages += listed.at(-1)?.messages ?? Number.POSITIVE_INFINITY
      if (messages > this.#budget) break
      const next = listed.pop()
      if (next !== undefined) ids.push(next.id)
    }
    return ids.length > 0 ? ids : undefined
  }

  async #walkLarge(
    chatId: string,
    visit: (chatId: string, quarters: readonly QuarterCounts[]) => void,
  ): Promise<void> {
    let cursor: ChatCursor | undefined
    do {
      const limit = Math.min(mostAtOnce, this.#budget)
      const { quarters, next } = await this.#measured(() =>
        countNextQuarters(this.#ctx.db.sql, this.#span, chatId, cursor, limit),
      )
      visit(chatId, quarters)
      cursor = next
    } while (cursor !== undefined)
  }

  /** Runs a statement, and lets the next one do as much more or less as this one was too quick or slow. */
  async #measured<T>(work: () => Promise<T>): Promise<T> {
    this.#report.signal.throwIfAborted()
    const { clock } = this.#ctx
    const startMs = clock.monotonicMs()
    const result = await work()
    const factor = statementMs / Math.max(1, clock.monotonicMs() - startMs)
    const budget = Math.round(this.#budget * Math.min(1.5, Math.max(0.5, factor)))
    this.#budget = Math.min(mostMessages, Math.max(fewestMessages, budget))
    return result
  }
}

/** Counts the messages of a session; reactions are none, and nor is what waits to be sent. */
export async function countVolume(
  ctx: Context,
  report: ReportSpan,
  sessionId: string,
): Promise<SessionVolume> {
  const volume: SessionVolume = { received: new Map(), sent: new Map(), failed: 0 }
  const add = (counts: Map<number, number>, quarter: number, more: number) =>
    counts.set(quarter, (counts.get(quarter) ?? 0) + more)
  const addAll = (quarters: readonly QuarterCounts[]) => {
    for (const { quarter, received, sent, failed } of quarters) {
      add(volume.received, quarter, received)
      add(volume.sent, quarter, sent)
      volume.failed += failed
    }
  }
  await new Walk(ctx, report, sessionId).run(false, {
    small: async (ids, span) => addAll(await countQuarters(ctx.db.sql, span, ids)),
    large: (_chatId, quarters) => addAll(quarters),
  })
  return volume
}

const byActivity = (a: ChatCounts, b: ChatCounts): number =>
  b.received + b.sent - (a.received + a.sent) ||
  (a.lastAt < b.lastAt ? 1 : a.lastAt > b.lastAt ? -1 : a.chatId < b.chatId ? -1 : 1)

/** The persons a session exchanged most messages with, counted as `countVolume` counts. */
export async function findBusiest(ctx: Context, report: ReportSpan, sessionId: string): Promise<BusyChat[]> {
  const large = new Map<string, ChatCounts>()
  let busiest: ChatCounts[] = []
  const keep = (found: readonly ChatCounts[]) => {
    busiest = [...busiest, ...found.filter(({ received, sent }) => received + sent > 0)]
      .sort(byActivity)
      .slice(0, report.maxRows)
  }
  await new Walk(ctx, report, sessionId).run(true, {
    small: async (ids, span) => keep(await countByChat(ctx.db.sql, span, ids)),
    large(chatId, quarters) {
      const known = large.get(chatId) ?? { chatId, received: 0, sent: 0, lastAt: '' }
      for (const { received, sent, lastAt } of quarters) {
        known.received += received
        known.sent += sent
        if (lastAt > known.lastAt) known.lastAt = lastAt
      }
      large.set(chatId, known)
    },
  })
  keep([...large.values()])
  const ids = busiest.map(({ chatId }) => chatId)
  const persons = await listChatPersons(ctx.db.sql, report.tenantId, ids)
  const byChat = new Map(persons.map((person) => [person.chatId, person]))
  return busiest.flatMap((chat) => {
    const person = byChat.get(chat.chatId)
    return person === undefined ? [] : [{ ...chat, ...person }]
  })
}

/** How many persons wait for an answer to what they wrote in the period, and those of them who wait longest. */
export function findUnanswered(
  ctx: Context,
  report: ReportSpan,
  sessionId: string,
): Promise<{ total: number; rows: WaitingChat[] }> {
  return listUnanswered(ctx.db.sql, spanOf(report, sessionId), report.maxRows)
}
