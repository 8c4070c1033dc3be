import type { Feature } from '../../../feature.ts'
import { sendFilesOperations } from './send-files.operations.ts'
import { sendingOperations } from './sending.operations.ts'

/** Sending messages of every kind over the API. */
export const sendingFeature: Feature = {
  name: 'sending',
  operations: [...sendingOperations, ...sendFilesOperations],
}
