import { api, queries, type Schemas } from '../../api/client.ts'
import { invalidatePaths } from '../../api/query-client.ts'
import type { paths } from '../../api/schema.d.ts'

/** An address that events are posted to. */
export type Webhook = Schemas['Webhook']
/** One event on its way to an address. */
export type Delivery = Schemas['WebhookDelivery']
/** What a webhook is made of. */
export type WebhookBody = paths['/api/v2/webhooks']['post']['requestBody']['content']['application/json']
/** Names that can be subscribed to. */
export type EventName = WebhookBody['events'][number]

/** What can become of a delivery. */
export const deliveryStatuses = ['pending', 'failed', 'delivered'] as const
/** What has become of a delivery. */
export type DeliveryStatus = (typeof deliveryStatuses)[number]

const path = '/api/v2/webhooks'
const pageSize = 100

/** All webhooks, oldest first. */
export const useWebhooks = () => queries.useQuery('get', path)

/** One webhook. */
export const useWebhook = (id: string) =>
  queries.useQuery('get', `${path}/{id}`, { params: { path: { id } } })

/** How many deliveries are in a state, counted by the server. */
export function useDeliveryCount(id: string, status: DeliveryStatus): number | undefined {
  const { data } = queries.useQuery('get', `${path}/{id}/deliveries`, {
    params: { path: { id }, query: { status, limit: 1 } },
  })
  return data?.total
}

/** The log, newest first, page after page. */
export function useDeliveries(id: string, status: DeliveryStatus | undefined) {
  return queries.useInfiniteQuery(
    'get',
    `${path}/{id}/deliveries`,
    { params: { path: { id }, query: { limit: pageSize, ...(status === undefined ? {} : { status }) } } },
    {
      pageParamName: 'offset',
      initialPageParam: 0,
      getNextPageParam: ({ offset, limit, total }: { offset: number; limit: number; total: number }) =>
        offset + limit < total ? offset + limit : undefined,
    },
  )
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
