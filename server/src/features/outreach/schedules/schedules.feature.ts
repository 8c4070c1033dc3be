import type { Feature } from '../../../feature.ts'
import { sweepSchedules } from './run.service.ts'
import { schedulesEvents } from './schedules.events.ts'
import { schedulesJobs } from './schedules.jobs.ts'
import { schedulesOperations } from './schedules.operations.ts'
import { scheduleExecuted } from './schedules.schema.ts'

/** Messages that go out at a time or by a rule. */
export const schedulesFeature: Feature = {
  name: 'schedules',
  operations: schedulesOperations,
  jobs: schedulesJobs,
  events: schedulesEvents,
  publishes: [scheduleExecuted],
  resume(ctx) {
    sweepSchedules(ctx).catch((err: unknown) =>
      ctx.log.error({ err }, 'overdue schedules were not looked for'),
    )
  },
}
