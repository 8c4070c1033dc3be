import type { Feature } from '../../../feature.ts'
import { leadPipelineOperations } from './lead-pipeline.operations.ts'

/** Leads on their way from first sign to customer. */
export const leadPipelineFeature: Feature = { name: 'lead-pipeline', operations: leadPipelineOperations }
