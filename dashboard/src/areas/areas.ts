import { addInvalidations } from '../shell/invalidations.ts'
import { aiEvents } from './ai/events.ts'
import { aiRoutes } from './ai/routes.ts'
import { analyticsEvents } from './analytics/events.ts'
import { analyticsRoutes } from './analytics/routes.ts'
import { campaignsEvents } from './campaigns/events.ts'
import { campaignsRoutes } from './campaigns/routes.ts'
import { channelsEvents } from './channels/events.ts'
import { channelsRoutes } from './channels/routes.ts'
import { contactsEvents } from './contacts/events.ts'
import { contactsRoutes } from './contacts/routes.ts'
import { groupsEvents } from './groups/events.ts'
import { groupsRoutes } from './groups/routes.ts'
import { inboxEvents } from './inbox/events.ts'
import { inboxRoutes } from './inbox/routes.ts'
import { leadsEvents } from './leads/events.ts'
import { leadsRoutes } from './leads/routes.ts'
import { overviewEvents } from './overview/events.ts'
import { overviewRoutes } from './overview/routes.ts'
import { reportsEvents } from './reports/events.ts'
import { reportsRoutes } from './reports/routes.ts'
import { reviewsEvents } from './reviews/events.ts'
import { reviewsRoutes } from './reviews/routes.ts'
import { safetyEvents } from './safety/events.ts'
import { safetyRoutes } from './safety/routes.ts'
import { schedulesEvents } from './schedules/events.ts'
import { schedulesRoutes } from './schedules/routes.ts'
import { sessionsEvents } from './sessions/events.ts'
import { sessionsRoutes } from './sessions/routes.ts'
import { settingsEvents } from './settings/events.ts'
import { settingsRoutes } from './settings/routes.ts'
import { webhooksEvents } from './webhooks/events.ts'
import { webhooksRoutes } from './webhooks/routes.ts'

/** Every address of every area. */
export const areaRoutes = [
  ...overviewRoutes,
  ...inboxRoutes,
  ...groupsRoutes,
  ...leadsRoutes,
  ...contactsRoutes,
  ...campaignsRoutes,
  ...schedulesRoutes,
  ...channelsRoutes,
  ...analyticsRoutes,
  ...reportsRoutes,
  ...reviewsRoutes,
  ...sessionsRoutes,
  ...aiRoutes,
  ...webhooksRoutes,
  ...safetyRoutes,
  ...settingsRoutes,
] as const

/** Tells the shell what the events of the areas make old. */
export function connectAreas(): void {
  const maps = [
    overviewEvents,
    inboxEvents,
    groupsEvents,
    leadsEvents,
    contactsEvents,
    campaignsEvents,
    schedulesEvents,
    channelsEvents,
    analyticsEvents,
    reportsEvents,
    reviewsEvents,
    sessionsEvents,
    aiEvents,
    webhooksEvents,
    safetyEvents,
    settingsEvents,
  ]
  for (const map of maps) addInvalidations(map)
}
