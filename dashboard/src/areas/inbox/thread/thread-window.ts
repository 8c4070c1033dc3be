import { useQueries, useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { api } from '../../../api/client.ts'
import { type LiveEvent, onLiveEvent } from '../../../api/live.ts'
import { queryClient } from '../../../api/query-client.ts'
import type { ChatRef } from '../queries.ts'
import type { Message } from '../shapes.ts'

const path = '/api/v2/messages/chat/{session_id}/{chat_id}'
/** As many messages as one question asks for. */
export const pageSize = 50

/** Messages that stand together, by their place counted from the oldest: there nothing moves when new ones come. */
interface Slice {
  total: number
  first: number
  /** The oldest first. */
  messages: readonly Message[]
}

const keyOf = ({ sessionId, chatId }: ChatRef, part: 'end' | number) => ['get', path, sessionId, chatId, part]

async function fetchSlice(chat: ChatRef, offset: number, limit: number, signal: AbortSignal): Promise<Slice> {
  const { data } = await api.GET(path, {
    params: { path: { session_id: chat.sessionId, chat_id: chat.chatId }, query: { offset, limit } },
    signal,
  })
  const messages = (data?.messages ?? []).toReversed()
  const total = data?.total ?? 0
  return { total, first: total - offset - messages.length, messages }
}

const maxTries = 4

/** A page by its place; asked again when new messages moved it meanwhile, so that none is left out. */
async function fetchPage(chat: ChatRef, page: number, signal: AbortSignal): Promise<Slice> {
  let total = queryClient.getQueryData<Slice>(keyOf(chat, 'end'))?.total ?? 0
  for (let tries = 1; ; tries += 1) {
    const first = page * pageSize
    const end = Math.min(first + pageSize, total)
    const slice = await fetchSlice(chat, Math.max(total - end, 0), Math.max(end - first, 1), signal)
    if (slice.total === total || tries === maxTries) return slice
    total = slice.total
  }
}

/** A thread of any length of which only the pages in sight are asked for, and asked again. */
export interface ThreadWindow {
  total: number | undefined
  at(index: number): Message | undefined
  find(messageId: string): number
  show(first: number, last: number): void
  error: unknown
  updatedAt: number
  refetch(): void
}

/** The messages of a conversation. */
export function useThread(chat: ChatRef): ThreadWindow {
  const [range, setRange] = useState({ first: 0, last: -1 })
  const end = useQuery({
    queryKey: keyOf(chat, 'end'),
    queryFn: ({ signal }) => fetchSlice(chat, 0, pageSize, signal),
  })
  const total = end.data?.total
  const pages = pagesBefore(end.data, range)
  const older = useQueries({
    queries: pages.map((page) => ({
      queryKey: keyOf(chat, page),
      queryFn: ({ signal }: { signal: AbortSignal }) => fetchPage(chat, page, signal),
    })),
  })
  const slices = [end, ...older]
    .filter(({ data }) => data !== undefined)
    .toSorted((a, b) => b.dataUpdatedAt - a.dataUpdatedAt)
    .map(({ data }) => data as Slice)
  return {
    total,
    at(index) {
      for (const { first, messages } of slices) {
        const message = messages[index - first]
        if (message !== undefined) return message
      }
      return undefined
    },
    find(messageId) {
      for (const { first, messages } of slices) {
        const index = messages.findIndex(({ id }) => id === messageId)
        if (index >= 0) return first + index
      }
      return -1
    },
    show(first, last) {
      setRange((old) => {
        const next = { first: Math.floor(first / pageSize), last: Math.floor(last / pageSize) }
        return old.first === next.first && old.last === next.last ? old : next
      })
    },
    error:
      slices.length === 0 ? end.error : ([end, ...older].find(({ error }) => error !== null)?.error ?? null),
    updatedAt: end.dataUpdatedAt,
    refetch: () => void refreshThread(chat),
  }
}

/** Pages of a range that the end of the thread does not hold already. */
function pagesBefore(end: Slice | undefined, range: { first: number; last: number }): number[] {
  if (end === undefined) return []
  const pages: number[] = []
  for (let page = Math.max(range.first, 0); page <= range.last; page += 1) {
    if (page * pageSize < end.first) pages.push(page)
  }
  return pages
}

interface Refresh {
  running: Promise<void>
  isOldAgain: boolean
}

const refreshes = new Map<string, Refresh>()

/**
 * Fetches again what is shown of a thread, at once. What comes while that is under way is answered by one more round:
 * rounds that cut each other off would never end in a busy group.
 */
export function refreshThread(chat: ChatRef): Promise<void> {
  const name = `${chat.sessionId} ${chat.chatId}`
  const current = refreshes.get(name)
  if (current !== undefined) {
    current.isOldAgain = true
    return current.running
  }
  const refresh: Refresh = { running: Promise.resolve(), isOldAgain: false }
  const run = async () => {
    do {
      refresh.isOldAgain = false
      await queryClient.invalidateQueries({ queryKey: ['get', path, chat.sessionId, chat.chatId] })
    } while (refresh.isOldAgain)
    refreshes.delete(name)
  }
  refreshes.set(name, refresh)
  refresh.running = run()
  return refresh.running
}

const messageEvents: ReadonlySet<string> = new Set([
  'message.received',
  'message.sent',
  'message.delivered',
  'message.read',
  'message.failed',
  'message.edited',
  'message.deleted',
  'poll.vote',
  'approval.pending',
  'approval.decided',
])

/** Whether an event is about this conversation, about another of the same number, or about neither. */
export function nearnessOf({ event, data }: LiveEvent, sessionId: string, waChatId: string) {
  if (!messageEvents.has(event) || !('session_id' in data) || data.session_id !== sessionId) return 'far'
  return 'chat_id' in data && data.chat_id === waChatId ? 'here' : 'near'
}

/**
 * A person has two addresses at WhatsApp, and which one a message names may change: what names another chat of the
 * same number may be for this one, too, and is looked at so often.
 */
const nearMs = 4000

/** Keeps an open thread up to date with what is told. */
export function useLiveThread(chat: ChatRef, waChatId: string | undefined): void {
  const { sessionId, chatId } = chat
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    const refresh = () => {
      clearTimeout(timer)
      timer = undefined
      void refreshThread({ sessionId, chatId })
    }
    const stop = onLiveEvent((event) => {
      const nearness = nearnessOf(event, sessionId, waChatId ?? '')
      if (nearness === 'here') refresh()
      if (nearness === 'near') timer ??= setTimeout(refresh, nearMs)
    })
    return () => {
      stop()
      clearTimeout(timer)
    }
  }, [sessionId, chatId, waChatId])
}
