import { api, queries, type Schemas } from '../../api/client.ts'
import { invalidatePaths } from '../../api/query-client.ts'
import type { paths } from '../../api/schema.d.ts'

/** A feed that anybody may follow. */
export type Channel = Schemas['Channel']
/** What was posted to one. */
export type Post = Schemas['ChannelPost']
/** A post to make. */
export type PostBody = NonNullable<
  paths['/api/v2/channels/{id}/broadcast']['post']['requestBody']
>['content']['application/json']

/** How a post stands. */
export const postStatuses = ['pending', 'sent', 'failed'] as const
/** One of them. */
export type PostStatus = (typeof postStatuses)[number]

const path = '/api/v2/channels'
const pageSize = 100

const nextOffset = ({ offset, limit, total }: { offset: number; limit: number; total: number }) =>
  offset + limit < total ? offset + limit : undefined

/** Channels, oldest first. */
export const useChannels = () =>
  queries.useInfiniteQuery(
    'get',
    path,
    { params: { query: { limit: pageSize } } },
    { pageParamName: 'offset', initialPageParam: 0, getNextPageParam: nextOffset },
  )

/** One channel with what of the month is used. */
export const useChannel = (id: string) =>
  queries.useQuery('get', `${path}/{id}`, { params: { path: { id } } })

/** Posts, newest first, page after page. */
export const usePosts = (id: string, status: PostStatus | undefined) =>
  queries.useInfiniteQuery(
    'get',
    `${path}/{id}/posts`,
    { params: { path: { id }, query: { limit: pageSize, ...(status === undefined ? {} : { status }) } } },
    { pageParamName: 'offset', initialPageParam: 0, getNextPageParam: nextOffset },
  )

/** Channels of a number that are not taken up yet. */
export const useDiscovered = (sessionId: string, isEnabled: boolean) =>
  queries.useQuery(
    'get',
    `${path}/discover`,
    { params: { query: { session_id: sessionId } } },
    { enabled: isEnabled && sessionId !== '', retry: false },
  )

/** What can be posted. */
export const useCapabilities = () => queries.useQuery('get', `${path}/capabilities`)

/** What of the plan is used. */
export const useUsage = () => queries.useQuery('get', '/api/v2/usage/current')

/** The numbers. */
export const useSessions = () => queries.useQuery('get', '/api/v2/sessions')

/** Posts that are planned, of all channels. */
export const usePlanned = () =>
  queries.useQuery('get', '/api/v2/scheduled-messages', {
    params: { query: { status: 'active', limit: pageSize } },
  })

const refresh = () => invalidatePaths([path, '/api/v2/usage/current'])

/** Makes one on WhatsApp; its id. */
export async function createChannel(body: {
  session_id: string
  name: string
  description?: string
}): Promise<string> {
  const { data } = await api.POST(path, { body })
  await refresh()
  return data?.id ?? ''
}

/** Takes up one that exists; its id. */
export async function importChannel(sessionId: string, waChannelId: string): Promise<string> {
  const { data } = await api.POST(`${path}/import`, {
    body: { session_id: sessionId, wa_channel_id: waChannelId },
  })
  await refresh()
  return data?.id ?? ''
}

/** Posts; with the same key it is one post, however often it is sent. */
export async function publish(id: string, body: PostBody, key: string): Promise<Post | undefined> {
  const { data } = await api.POST(`${path}/{id}/broadcast`, {
    params: { path: { id }, header: { 'Idempotency-Key': key } },
    body,
  })
  await refresh()
  return data
}

/** Asks WhatsApp for followers, name and role. */
export async function syncChannel(id: string): Promise<void> {
  await api.POST(`${path}/{id}/sync-followers`, { params: { path: { id } } })
  await refresh()
}

/** Removes it here, and on WhatsApp when asked for; `leave` leads away before anything asks for it again. */
export async function deleteChannel(
  id: string,
  isOnWhatsApp: boolean,
  leave: () => Promise<void>,
): Promise<void> {
  await api.DELETE(`${path}/{id}`, {
    params: { path: { id }, query: isOnWhatsApp ? { delete_on_whatsapp: true } : {} },
  })
  await leave()
  await refresh()
}
