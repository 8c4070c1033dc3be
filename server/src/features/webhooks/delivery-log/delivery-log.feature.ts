import type { EventFeature } from '../../../feature.ts'
import { deliveryLogOperations } from './delivery-log.operations.ts'

/** What became of deliveries, of all webhooks together. */
export const deliveryLogFeature: EventFeature = ({ declared }) => ({
  name: 'delivery-log',
  operations: deliveryLogOperations(new Map(declared.map(({ name, scope }) => [name, scope]))),
})
