import type { Feature } from '../../../feature.ts'
import { labelOperations } from './labels.operations.ts'

/** Labels of chats. */
export const labelsFeature: Feature = {
  name: 'labels',
  operations: labelOperations,
}
