import type { Feature } from '../../../feature.ts'
import { calendarOperations } from './calendar.operations.ts'

/** When schedules and reports run, and ran. */
export const calendarFeature: Feature = { name: 'calendar', operations: calendarOperations }
