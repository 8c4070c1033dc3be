import type { Feature } from '../../../feature.ts'
import { analyticsOperations } from './analytics.operations.ts'

/** Figures of messages, answers, leads, contacts and campaigns. */
export const analyticsFeature: Feature = { name: 'analytics', operations: analyticsOperations }
