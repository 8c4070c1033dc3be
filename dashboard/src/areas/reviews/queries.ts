import { api, queries, type Schemas } from '../../api/client.ts'
import { invalidatePaths } from '../../api/query-client.ts'
import type { paths } from '../../api/schema.d.ts'

/** A message that speaks of the tenant. */
export type Review = Schemas['Review']
/** What decides which messages become reviews. */
export type Collector = Schemas['ReviewCollector']
/** What one is made of. */
export type CollectorBody =
  paths['/api/v2/reviews/collectors']['post']['requestBody']['content']['application/json']
/** A place where approved reviews are shown. */
export type Widget = Schemas['ReviewWidget']
/** What one is made of. */
export type WidgetBody =
  paths['/api/v2/reviews/widgets']['post']['requestBody']['content']['application/json']

/** How a review stands. */
export const reviewStates = ['pending', 'approved', 'hidden'] as const
/** One of them. */
export type ReviewState = (typeof reviewStates)[number]

const path = '/api/v2/reviews'
const pageSize = 50
const filters = {
  pending: { is_approved: false, is_hidden: false },
  approved: { is_approved: true, is_hidden: false },
  hidden: { is_hidden: true },
} as const

/** Reviews of a state, newest first, page after page. */
export const useReviews = (state: ReviewState) =>
  queries.useInfiniteQuery(
    'get',
    path,
    { params: { query: { ...filters[state], limit: pageSize } } },
    {
      pageParamName: 'offset',
      initialPageParam: 0,
      getNextPageParam: ({ offset, limit, total }: { offset: number; limit: number; total: number }) =>
        offset + limit < total ? offset + limit : undefined,
    },
  )

/** How many there are of each state. */
export const useReviewStats = () => queries.useQuery('get', `${path}/stats`)

const refresh = () => invalidatePaths([path])

/** Approves, hides, or takes that back. */
export async function changeReview(
  id: string,
  body: { is_approved?: boolean; is_hidden?: boolean },
): Promise<void> {
  await api.PATCH(`${path}/{id}`, { params: { path: { id } }, body })
  await refresh()
}

/** Deletes one for good. */
export async function deleteReview(id: string): Promise<void> {
  await api.DELETE(`${path}/{id}`, { params: { path: { id } } })
  await refresh()
}

/** Approved reviews as a file. */
export async function exportReviews(format: 'json' | 'html'): Promise<Blob> {
  const { data } = await api.GET(`${path}/testimonials/export`, {
    params: { query: { format } },
    parseAs: 'blob',
  })
  return data as Blob
}

/** All collectors; asked again while one looks back. */
export const useCollectors = () =>
  queries.useQuery(
    'get',
    `${path}/collectors`,
    { params: { query: { include_inactive: true } } },
    {
      refetchInterval: ({ state }) =>
        state.data?.collectors.some(({ is_running: isRunning }) => isRunning) === true ? 3000 : false,
    },
  )

/** Makes one. */
export async function createCollector(body: CollectorBody): Promise<void> {
  await api.POST(`${path}/collectors`, { body })
  await refresh()
}

/** Changes one. */
export async function changeCollector(
  id: string,
  body: Partial<Omit<CollectorBody, 'session_id'>>,
): Promise<void> {
  await api.PATCH(`${path}/collectors/{id}`, { params: { path: { id } }, body })
  await refresh()
}

/** Lets one look through what is stored. */
export async function runCollector(id: string): Promise<void> {
  await api.POST(`${path}/collectors/{id}/run`, { params: { path: { id } } })
  await refresh()
}

/** Deletes one with its reviews. */
export async function deleteCollector(id: string): Promise<void> {
  await api.DELETE(`${path}/collectors/{id}`, { params: { path: { id } } })
  await refresh()
}

/** Numbers whose messages are looked at. */
export const useSessions = () => queries.useQuery('get', '/api/v2/sessions')

/** All widgets. */
export const useWidgets = () => queries.useQuery('get', `${path}/widgets`)

/** Makes one. */
export async function createWidget(body: WidgetBody): Promise<void> {
  await api.POST(`${path}/widgets`, { body })
  await refresh()
}

/** Takes the reviews off the pages that show it. */
export async function deleteWidget(id: string): Promise<void> {
  await api.DELETE(`${path}/widgets/{id}`, { params: { path: { id } } })
  await refresh()
}
