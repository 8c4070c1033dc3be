import type { Feature } from '../../../feature.ts'
import { leadExportOperations } from './lead-export.operations.ts'

/** Leads as files for spreadsheets and programs. */
export const leadExportFeature: Feature = { name: 'lead-export', operations: leadExportOperations }
