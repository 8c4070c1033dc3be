import { api, queries, type Schemas } from '../../api/client.ts'
import { invalidatePaths } from '../../api/query-client.ts'
import type { paths } from '../../api/schema.d.ts'

/** An address that events are posted to. */
export type Webhook = Schemas['Webhook']
/** One event on its way to an address. */
export type Delivery = Schemas['LoggedDelivery']
/** What a webhook is made of. */
export type WebhookBody = paths['/api/v2/webhooks']['post']['requestBody']['content']['application/json']
/** Names that can be subscribed to. */
export type EventName = WebhookBody['events'][number]

/** What can become of a delivery. */
export const deliveryStatuses = ['pending', 'failed', 'delivered'] as const
/** What has become of a delivery. */
export type DeliveryStatus = (typeof deliveryStatuses)[number]

const path = '/api/v2/webhooks'
const logPath = '/api/v2/webhooks/deliveries'
const pageSize = 100

/** All webhooks, oldest first. */
export const useWebhooks = () => queries.useQuery('get', path)

/** One webhook. */
export const useWebhook = (id: string) =>
  queries.useQuery('get', `${path}/{id}`, { params: { path: { id } } })

/** How many deliveries of a webhook there are of each status, counted by the server. */
export const useDeliveryCounts = (id: string) =>
  queries.useQuery(
    'get',
    logPath,
    { params: { query: { webhook_id: id, limit: 1 } } },
    { select: ({ counts }) => counts },
  ).data

/** Which deliveries of a webhook. */
export type LogFilter = NonNullable<paths[typeof logPath]['get']['parameters']['query']> & {
  webhook_id: string
}

/** The log, newest first, page after page. */
export function useDeliveries(filter: LogFilter) {
  return queries.useInfiniteQuery(
    'get',
    logPath,
    { params: { query: { limit: pageSize, ...filter } } },
    {
      pageParamName: 'offset',
      initialPageParam: 0,
      getNextPageParam: ({ offset, limit, total }: { offset: number; limit: number; total: number }) =>
        offset + limit < total ? offset + limit : undefined,
    },
  )
}

/** What became of the deliveries of each hour of a day. */
export const useDeliveryHours = (id: string) =>
  queries.useQuery('get', `${logPath}/hours`, { params: { query: { webhook_id: id } } })

/** As many as one call sends again by a filter. */
export const mostResent = 10_000

/** What a filter finds at this moment: deliveries that begin later are not among it. */
export async function countMatching(filter: LogFilter): Promise<{ filter: LogFilter; count: number }> {
  const until = filter.until ?? new Date().toISOString()
  const frozen = { ...filter, until }
  const { data } = await api.GET(logPath, { params: { query: { ...frozen, limit: 1 } } })
  return { filter: frozen, count: data?.total ?? 0 }
}

/** Sends deliveries again: those that are named, or what a filter found when it was counted. */
export async function resendDeliveries(
  wanted: { ids: readonly string[] } | { filter: LogFilter; count: number },
) {
  const body =
    'ids' in wanted
      ? { delivery_ids: [...wanted.ids] }
      : { filter: wanted.filter, expected_count: wanted.count }
  const { data } = await api.POST(`${logPath}/resend`, { body })
  await refresh()
  return data ?? { resent: 0, skipped: 0 }
}

/** One delivery with every try. */
export const useDelivery = (id: string, deliveryId: string) =>
  queries.useQuery('get', `${path}/{id}/deliveries/{delivery_id}`, {
    params: { path: { id, delivery_id: deliveryId } },
  })

/** Everything this area reads is old. */
const refresh = () => invalidatePaths([path])

/** Makes one. */
export async function createWebhook(body: WebhookBody): Promise<Webhook | undefined> {
  const { data } = await api.POST(path, { body })
  await refresh()
  return data
}

/** Changes one. */
export async function updateWebhook(id: string, body: Partial<WebhookBody>): Promise<void> {
  await api.PATCH(`${path}/{id}`, { params: { path: { id } }, body })
  await refresh()
}

/** Deletes one with its log. */
export async function deleteWebhook(id: string): Promise<void> {
  await api.DELETE(`${path}/{id}`, { params: { path: { id } } })
  await refresh()
}

/** Sends a sample event now. */
export async function testWebhook(id: string) {
  const { data } = await api.POST(`${path}/{id}/test`, { params: { path: { id } } })
  await refresh()
  return data
}

/** Sends one delivery again, under the same id. */
export async function resendDelivery(id: string, deliveryId: string): Promise<void> {
  await api.POST(`${path}/{id}/deliveries/{delivery_id}/resend`, {
    params: { path: { id, delivery_id: deliveryId } },
  })
  await refresh()
}

/** Sends again what was not delivered since a moment; how many that were. */
export async function recoverDeliveries(id: string, since: Date): Promise<number> {
  const { data } = await api.POST(`${path}/{id}/recover`, {
    params: { path: { id } },
    body: { since: since.toISOString() },
  })
  await refresh()
  return data?.recovered ?? 0
}

/** A secret that nobody can guess, in the form of Standard Webhooks. */
export function makeSecret(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(24))
  return `whsec_${btoa(String.fromCodePoint(...bytes))}`
}
