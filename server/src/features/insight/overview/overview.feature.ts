import type { Feature } from '../../../feature.ts'
import { overviewOperations } from './overview.operations.ts'

/** How everything stands, in one answer. */
export const overviewFeature: Feature = { name: 'overview', operations: overviewOperations }
