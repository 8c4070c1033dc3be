import type { Feature } from '../../../feature.ts'
import { leadListOperations } from './lead-list.operations.ts'

/** The list of leads. */
export const leadListFeature: Feature = { name: 'lead-list', operations: leadListOperations }
