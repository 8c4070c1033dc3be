import { useQueries } from '@tanstack/react-query'
import { useRef, useState } from 'react'
import { api, queries } from '../../api/client.ts'
import { invalidatePaths } from '../../api/query-client.ts'
import type { InboxSearch } from './search.ts'
import type { Chat } from './shapes.ts'

/** A conversation by its session and its id here, which stays when its address at WhatsApp changes. */
export interface ChatRef {
  sessionId: string
  chatId: string
}

const chatsPath = '/api/v2/chats'
/** As many rows as one question asks for. */
const pageSize = 50

function filterOf({ show, kind, session, label, q }: InboxSearch) {
  return {
    ...(show === 'unread' ? { unread: true } : {}),
    ...(show === 'unanswered' ? { unanswered: true } : {}),
    ...(kind === undefined ? {} : { is_group: kind === 'groups' }),
    ...(session === undefined ? {} : { session_id: session }),
    ...(label === undefined ? {} : { label_id: label }),
    ...(q === undefined ? {} : { search: q }),
  }
}

const pageQuery = (filter: ReturnType<typeof filterOf>, page: number) =>
  queries.queryOptions('get', chatsPath, {
    params: { query: { ...filter, limit: pageSize, offset: page * pageSize } },
  })

/** A list of any length of which only the pages in sight are asked for, and asked again. */
export interface ChatWindow {
  total: number | undefined
  at(index: number): Chat | undefined
  /** Where a conversation stands, as far as it is in sight. */
  indexOf(chatId: string): number
  show(first: number, last: number): void
  error: unknown
  updatedAt: number
  refetch(): void
}

/** The conversations that match, the most recent first. */
export function useChats(search: InboxSearch): ChatWindow {
  const [range, setRange] = useState({ first: 0, last: 0 })
  const filter = filterOf(search)
  const pages = Array.from({ length: range.last - range.first + 1 }, (_, index) => range.first + index)
  const results = useQueries({ queries: pages.map((page) => pageQuery(filter, page)) })
  const known = results.filter(({ data }) => data !== undefined)
  const newest = known.toSorted((a, b) => b.dataUpdatedAt - a.dataUpdatedAt)[0]
  // Far from what was read so far there is nothing yet; a list without a length would begin at the top again.
  const total = useKept(JSON.stringify(filter), newest?.data?.total)
  return {
    total,
    at: (index) => results[Math.floor(index / pageSize) - range.first]?.data?.chats[index % pageSize],
    indexOf(chatId) {
      for (const [page, { data }] of results.entries()) {
        const index = data?.chats.findIndex(({ id }) => id === chatId) ?? -1
        if (index >= 0) return (range.first + page) * pageSize + index
      }
      return -1
    },
    show(first, last) {
      const next = { first: Math.floor(first / pageSize), last: Math.floor(last / pageSize) }
      setRange((old) => (old.first === next.first && old.last === next.last ? old : next))
    },
    error: results.find(({ error }) => error !== null)?.error ?? null,
    updatedAt: newest?.dataUpdatedAt ?? 0,
    refetch: () => void invalidatePaths([chatsPath]),
  }
}

/** A value that goes on to count while there is none, for the same question. */
function useKept<T>(question: string, value: T | undefined): T | undefined {
  const kept = useRef<{ question: string; value: T }>(undefined)
  if (value !== undefined) kept.current = { question, value }
  return kept.current?.question === question ? kept.current.value : undefined
}

/** How many conversations match, counted by the server. */
export function useChatCount(search: InboxSearch): number | undefined {
  const query = { ...filterOf(search), limit: 1, offset: 0 }
  return queries.useQuery('get', chatsPath, { params: { query } }).data?.total
}

/** One conversation as the list shows it. */
export const useChat = (id: string) =>
  queries.useQuery('get', `${chatsPath}/{id}`, { params: { path: { id } } })

/** The numbers there are. */
export const useSessions = () => queries.useQuery('get', '/api/v2/sessions')

/** The labels there are. */
export const useLabels = () => queries.useQuery('get', '/api/v2/labels')

/** Whoever is signed in; drafts belong to one person. */
export const useMe = () =>
  queries.useQuery('get', '/api/v2/users/me', {}, { staleTime: Number.POSITIVE_INFINITY })

/** Tells WhatsApp that everything in a conversation was read, and the server's counters. */
export async function markRead({ sessionId, chatId }: ChatRef): Promise<void> {
  await api.POST('/api/v2/messages/chat/{session_id}/{chat_id}/read', {
    params: { path: { session_id: sessionId, chat_id: chatId } },
    body: {},
  })
  await invalidatePaths([chatsPath])
}

/** Shows a conversation as unread, here and on the phone. */
export async function markUnread({ sessionId, chatId }: ChatRef): Promise<void> {
  await api.POST('/api/v2/messages/chat/{session_id}/{chat_id}/unread', {
    params: { path: { session_id: sessionId, chat_id: chatId } },
  })
  await invalidatePaths([chatsPath])
}

/** Gives a conversation exactly these labels. */
export async function setLabels(chatId: string, labelIds: readonly string[]): Promise<void> {
  await api.PUT('/api/v2/labels/chat/{chat_id}', {
    params: { path: { chat_id: chatId } },
    body: { label_ids: [...labelIds] },
  })
  await invalidatePaths([chatsPath, '/api/v2/labels'])
}
