import { defineOperation, type Operation } from '../../../operation.ts'
import type { Scope } from '../../../scopes.ts'
import {
  deliveriesSelected,
  deliveryHoursAnswer,
  deliveryHoursQuery,
  deliveryLogAnswer,
  deliveryLogQuery,
  deliveryRequest,
  deliveryRequestParams,
  resendAnswer,
  resendBody,
  tooManyDeliveries,
} from './delivery-log.schema.ts'
import { countHours, getRequest, listDeliveryLog, resendSelected } from './delivery-log.service.ts'

const list = defineOperation({
  id: 'webhooks.delivery_log',
  method: 'GET',
  path: '/webhooks/deliveries',
  summary:
    'Deliveries of all webhooks of the last 7 days, newest first, with how many there are of each status',
  access: ['webhooks:read'],
  query: deliveryLogQuery,
  success: { status: 200, schema: deliveryLogAnswer },
  run: (ctx, input) => listDeliveryLog(ctx, input),
})

const hours = defineOperation({
  id: 'webhooks.delivery_hours',
  method: 'GET',
  path: '/webhooks/deliveries/hours',
  summary: 'How many deliveries began in each hour, and what became of them',
  access: ['webhooks:read'],
  query: deliveryHoursQuery,
  success: { status: 200, schema: deliveryHoursAnswer },
  run: (ctx, input) => countHours(ctx, input),
})

const request = (scopes: ReadonlyMap<string, Scope>) =>
  defineOperation({
    id: 'webhooks.delivery_request',
    method: 'GET',
    path: '/webhooks/{id}/deliveries/{delivery_id}/request',
    summary: 'What is posted with a delivery, for whoever may read what its event tells',
    access: ['webhooks:read'],
    params: deliveryRequestParams,
    success: { status: 200, schema: deliveryRequest },
    run: (ctx, { id, delivery_id: deliveryId }) => getRequest(ctx, { webhookId: id, deliveryId }, scopes),
  })

const resend = defineOperation({
  id: 'webhooks.resend_deliveries',
  method: 'POST',
  path: '/webhooks/deliveries/resend',
  summary: 'Send deliveries again, named or found by a filter; those of a webhook that is off are skipped',
  access: ['webhooks:manage'],
  body: resendBody,
  success: { status: 200, schema: resendAnswer },
  errors: [deliveriesSelected, tooManyDeliveries],
  run: (ctx, input) => resendSelected(ctx, input),
})

/** The operations; what a delivery holds is shown to those who hold the scope of its event. */
export function deliveryLogOperations(scopes: ReadonlyMap<string, Scope>): readonly Operation[] {
  return [list, hours, request(scopes), resend]
}
