import { z } from 'zod'
import { defineOperation, type Operation } from '../../../operation.ts'
import { addressRefused } from '../../../platform/outgoing/safe-fetch.ts'
import { deletedAnswer, idParams } from '../../../wire.ts'
import {
  deliveriesQuery,
  deliveryDetailSchema,
  deliveryListSchema,
  deliveryParams,
  deliverySchema,
  recoverBody,
  recoverResultSchema,
  testResultSchema,
  toWebhookInput,
  toWireAttempt,
  toWireDelivery,
  toWireRecovery,
  toWireTestResult,
  toWireWebhook,
  type WebhookBodies,
  webhookInactive,
  webhookSchema,
} from './webhooks.schema.ts'
import {
  createWebhook,
  getDeliveries,
  getDelivery,
  getWebhook,
  getWebhooks,
  recoverDeliveries,
  removeWebhook,
  resendDelivery,
  testWebhook,
  updateWebhook,
} from './webhooks.service.ts'

const list = defineOperation({
  id: 'webhooks.list',
  method: 'GET',
  path: '/webhooks',
  summary: 'All webhooks, oldest first',
  access: ['webhooks:read'],
  success: { status: 200, schema: z.array(webhookSchema) },
  async run(ctx) {
    const webhooks = await getWebhooks(ctx)
    return webhooks.map(toWireWebhook)
  },
})

const create = ({ createBody }: WebhookBodies) =>
  defineOperation({
    id: 'webhooks.create',
    method: 'POST',
    path: '/webhooks',
    summary: 'Register an address that events are posted to',
    access: ['webhooks:manage'],
    body: createBody,
    success: { status: 201, schema: webhookSchema },
    errors: [addressRefused],
    async run(ctx, input) {
      const { url, events } = input
      return toWireWebhook(await createWebhook(ctx, { ...toWebhookInput(input), url, events }))
    },
  })

const get = defineOperation({
  id: 'webhooks.get',
  method: 'GET',
  path: '/webhooks/{id}',
  summary: 'One webhook',
  access: ['webhooks:read'],
  params: idParams,
  success: { status: 200, schema: webhookSchema },
  async run(ctx, { id }) {
    return toWireWebhook(await getWebhook(ctx, id))
  },
})

const update = ({ updateBody }: WebhookBodies) =>
  defineOperation({
    id: 'webhooks.update',
    method: 'PATCH',
    path: '/webhooks/{id}',
    summary: 'Change a webhook; a secret of null makes its deliveries unsigned',
    access: ['webhooks:manage'],
    params: idParams,
    body: updateBody,
    success: { status: 200, schema: webhookSchema },
    errors: [addressRefused],
    async run(ctx, input) {
      return toWireWebhook(await updateWebhook(ctx, input.id, toWebhookInput(input)))
    },
  })

const remove = defineOperation({
  id: 'webhooks.delete',
  method: 'DELETE',
  path: '/webhooks/{id}',
  summary: 'Delete a webhook with its deliveries, waiting ones included',
  access: ['webhooks:manage'],
  params: idParams,
  success: { status: 200, schema: deletedAnswer },
  async run(ctx, { id }) {
    await removeWebhook(ctx, id)
    return { status: 'deleted', id }
  },
})

const test = defineOperation({
  id: 'webhooks.test',
  method: 'POST',
  path: '/webhooks/{id}/test',
  summary: 'Send a signed sample event now and tell how it went',
  access: ['webhooks:manage'],
  params: idParams,
  success: { status: 200, schema: testResultSchema },
  async run(ctx, { id }) {
    return toWireTestResult(await testWebhook(ctx, id))
  },
})

const listDeliveries = defineOperation({
  id: 'webhooks.list_deliveries',
  method: 'GET',
  path: '/webhooks/{id}/deliveries',
  summary: 'Deliveries of the last 7 days, newest first',
  access: ['webhooks:read'],
  params: idParams,
  query: deliveriesQuery,
  success: { status: 200, schema: deliveryListSchema },
  async run(ctx, { id, status, limit, offset }) {
    const { rows, total } = await getDeliveries(ctx, id, { status, limit, offset })
    return { deliveries: rows.map(toWireDelivery), total, limit, offset }
  },
})

const getOneDelivery = defineOperation({
  id: 'webhooks.get_delivery',
  method: 'GET',
  path: '/webhooks/{id}/deliveries/{delivery_id}',
  summary: 'One delivery with every attempt and the first 2 KB of each answer',
  access: ['webhooks:read'],
  params: deliveryParams,
  success: { status: 200, schema: deliveryDetailSchema },
  async run(ctx, { id, delivery_id: deliveryId }) {
    const { delivery, attempts, payload } = await getDelivery(ctx, id, deliveryId)
    return { ...toWireDelivery(delivery), attempt_log: attempts.map(toWireAttempt), payload }
  },
})

const resend = defineOperation({
  id: 'webhooks.resend_delivery',
  method: 'POST',
  path: '/webhooks/{id}/deliveries/{delivery_id}/resend',
  summary: 'Send a delivery again under the same id, now and with a new round of retries',
  access: ['webhooks:manage'],
  params: deliveryParams,
  success: { status: 200, schema: deliverySchema },
  errors: [webhookInactive],
  async run(ctx, { id, delivery_id: deliveryId }) {
    return toWireDelivery(await resendDelivery(ctx, id, deliveryId))
  },
})

const recover = defineOperation({
  id: 'webhooks.recover',
  method: 'POST',
  path: '/webhooks/{id}/recover',
  summary: 'Send again, under the same ids, everything since a moment that was not delivered',
  access: ['webhooks:manage'],
  params: idParams,
  body: recoverBody,
  success: { status: 200, schema: recoverResultSchema },
  errors: [webhookInactive],
  async run(ctx, { id, since }) {
    return toWireRecovery(id, since, await recoverDeliveries(ctx, id, since))
  },
})

export function webhooksOperations(bodies: WebhookBodies): readonly Operation[] {
  return [
    list,
    create(bodies),
    get,
    update(bodies),
    remove,
    test,
    listDeliveries,
    getOneDelivery,
    resend,
    recover,
  ]
}
