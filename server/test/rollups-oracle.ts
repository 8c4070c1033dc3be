import { sql as text } from 'drizzle-orm'
import type { Context } from '../src/context.ts'

/** A message as it is stored, with its chat. */
interface Told {
  id: string
  chatId: string
  sessionId: string
  kind: 'person' | 'group' | 'channel'
  direction: 'inbound' | 'outbound'
  type: string
  status: string
  origin: string | null
  replyToId: string | null
  isDelivered: boolean
  isRead: boolean
  sentMs: number | null
  atMs: number
}

/** Figures of one day, session and label. */
export interface DayFigures {
  received: number
  sent: number
  group_received: number
  group_sent: number
  failed: number
  delivered: number
  read: number
  replied: number
  waits: number[]
  first_waits: number[]
}

const hourMs = 3_600_000

async function readMessages(ctx: Context, tenantId: string): Promise<Told[]> {
  const { rows } = await ctx.db.sql.execute<Record<string, never>>(text`
    SELECT m.id, m.chat_id AS "chatId", m.session_id AS "sessionId", h.kind, m.direction, m.message_type AS type, m.status,
      m.origin, m.reply_to_id AS "replyToId", m.delivered_at IS NOT NULL AS "isDelivered", m.read_at IS NOT NULL AS "isRead",
      (extract(epoch FROM m.sent_at) * 1000)::float AS "sentMs", (extract(epoch FROM m.ordered_at) * 1000)::float AS "atMs"
    FROM messages m JOIN chats h ON h.id = m.chat_id WHERE m.tenant_id = ${tenantId}`)
  return rows as unknown as Told[]
}

const isSaid = ({ type, status }: Told) =>
  type !== 'reaction' && !['pending', 'pending_approval', 'failed'].includes(status)
const isOutreach = ({ origin }: Told) => origin === 'bulk' || origin === 'schedule' || origin === 'report'
/** By the second, then in the order of storing, as WhatsApp tells no finer time. */
const inOrder = (a: Told, b: Told) => a.atMs - b.atMs || (a.id < b.id ? -1 : 1)

/** Which outbound messages were answered within 72 hours. */
function findReplied(chat: readonly Told[]): Set<string> {
  const replied = new Set<string>()
  let last: Told | undefined
  for (const message of chat) {
    if (message.direction === 'outbound') {
      last = message
      continue
    }
    const quoted = chat.find(({ id, direction }) => id === message.replyToId && direction === 'outbound')
    const answered = quoted ?? last
    if (answered === undefined) continue
    const laterMs = message.atMs - answered.atMs
    if (laterMs >= -1000 && laterMs <= 72 * hourMs) replied.add(answered.id)
  }
  return replied
}

/** How long the person had waited for each answer of ours, and whether it began a conversation. */
function findWaits(chat: readonly Told[]): Map<string, { seconds: number; isFirst: boolean }> {
  const waits = new Map<string, { seconds: number; isFirst: boolean }>()
  const talk = chat.filter((message) => message.direction === 'inbound' || !isOutreach(message))
  let asked: Told | undefined
  let isFirst = false
  talk.forEach((message, index) => {
    if (message.direction === 'outbound') {
      if (asked !== undefined) {
        const seconds = Math.max(0, Math.round(((message.sentMs ?? message.atMs) - asked.atMs) / 1000))
        waits.set(message.id, { seconds, isFirst })
      }
      asked = undefined
      return
    }
    if (asked !== undefined) return
    asked = message
    const before = talk[index - 1]
    isFirst = before === undefined || before.atMs < message.atMs - 24 * hourMs
  })
  return waits
}

function dayIn(timeZone: string): (atMs: number) => string {
  const format = new Intl.DateTimeFormat('en-CA', {
    timeZone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
  })
  return (atMs) => format.format(atMs)
}

const nothing = (): DayFigures => ({
  received: 0,
  sent: 0,
  group_received: 0,
  group_sent: 0,
  failed: 0,
  delivered: 0,
  read: 0,
  replied: 0,
  waits: [],
  first_waits: [],
})

async function labelsByChat(ctx: Context, tenantId: string): Promise<Map<string, string[]>> {
  const { rows } = await ctx.db.sql.execute<{ chatId: string; labelId: string }>(text`
    SELECT chat_id AS "chatId", label_id AS "labelId" FROM chat_labels WHERE tenant_id = ${tenantId} AND is_set`)
  const labels = new Map<string, string[]>()
  for (const { chatId, labelId } of rows) labels.set(chatId, [...(labels.get(chatId) ?? []), labelId])
  return labels
}

function countGroup(day: DayFigures, { direction }: Told): void {
  const isOut = direction === 'outbound'
  day[isOut ? 'sent' : 'received'] += 1
  day[isOut ? 'group_sent' : 'group_received'] += 1
}

function countPerson(day: DayFigures, message: Told, isReplied: boolean): void {
  if (message.direction === 'inbound') {
    day.received += 1
    return
  }
  day.sent += 1
  if (message.isDelivered || message.isRead || isReplied) day.delivered += 1
  if (message.isRead || isReplied) day.read += 1
  if (isReplied) day.replied += 1
}

/** What the rollups must say, worked out message by message: by `day session label`, `*` standing for all. */
export async function figureDays(
  ctx: Context,
  tenantId: string,
  timeZone: string,
): Promise<Map<string, DayFigures>> {
  const messages = (await readMessages(ctx, tenantId)).filter(({ kind }) => kind !== 'channel')
  const labels = await labelsByChat(ctx, tenantId)
  const dayOf = dayIn(timeZone)
  const days = new Map<string, DayFigures>()
  const add = (message: Told, change: (figures: DayFigures) => void) => {
    for (const session of [message.sessionId, '*'])
      for (const label of ['*', ...(labels.get(message.chatId) ?? [])]) {
        const key = `${dayOf(message.atMs)} ${session} ${label}`
        const figures = days.get(key) ?? nothing()
        change(figures)
        days.set(key, figures)
      }
  }
  for (const message of messages)
    if (message.status === 'failed' && message.type !== 'reaction') add(message, (day) => (day.failed += 1))
  for (const [, own] of Map.groupBy(messages.filter(isSaid), ({ chatId }) => chatId)) {
    const chat = own.toSorted(inOrder)
    const isPerson = chat[0]?.kind === 'person'
    const replied = isPerson ? findReplied(chat) : new Set<string>()
    const waits = isPerson ? findWaits(chat) : new Map()
    for (const message of chat) {
      const wait = waits.get(message.id)
      add(message, (day) => {
        if (!isPerson) return countGroup(day, message)
        countPerson(day, message, replied.has(message.id))
        if (wait === undefined) return
        day.waits.push(wait.seconds)
        if (wait.isFirst) day.first_waits.push(wait.seconds)
      })
    }
  }
  return days
}
