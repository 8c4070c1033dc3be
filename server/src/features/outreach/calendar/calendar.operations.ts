import { defineOperation, type Operation } from '../../../operation.ts'
import { calendarAnswer, calendarQuery } from './calendar.schema.ts'
import { getCalendar } from './calendar.service.ts'

const calendar = defineOperation({
  id: 'scheduled_messages.calendar',
  method: 'GET',
  path: '/scheduled-messages/calendar',
  summary: 'Every run of schedules and reports between two moments, past and planned, in their order',
  access: ['scheduled:read'],
  query: calendarQuery,
  success: { status: 200, schema: calendarAnswer },
  run: (ctx, input) => getCalendar(ctx, input),
})

/** The calendar. */
export const calendarOperations: readonly Operation[] = [calendar]
