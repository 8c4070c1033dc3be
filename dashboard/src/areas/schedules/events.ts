import type { Invalidations } from '../../api/live.ts'

const schedules = '/api/v2/scheduled-messages'

/** What events make old of what this area shows; a run to a list has the figures of its campaign. */
export const schedulesEvents: Invalidations = {
  'scheduled_message.executed': [schedules],
  'bulk_send.changed': [`${schedules}/{id}`],
  'bulk_send.completed': [`${schedules}/{id}`],
}
