import type { Feature } from '../../../feature.ts'
import { labelOperations } from './labels.operations.ts'
import {
  chatLabelled,
  chatLabelledOnPhone,
  labelCreated,
  labelDeleted,
  labelUpdated,
} from './labels.schema.ts'

/** Labels of chats. */
export const labelsFeature: Feature = {
  name: 'labels',
  operations: labelOperations,
  publishes: [chatLabelled, chatLabelledOnPhone, labelCreated, labelDeleted, labelUpdated],
}
