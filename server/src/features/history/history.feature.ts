import type { Feature } from '../../feature.ts'
import { historyOperations } from './history.operations.ts'

/** History from before linking: how far it has come, and more of it. */
export const historyFeature: Feature = { name: 'history', operations: historyOperations }
