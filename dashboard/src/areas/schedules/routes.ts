import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { appRoute } from '../../shell/routes.ts'
import { type ScheduleStatus, scheduleStatuses } from './queries.ts'

/** The ways to look at schedules beside the list. */
const views = ['week', 'month'] as const

interface ListSearch {
  view?: (typeof views)[number]
  /** A day in the calendar's sheet. */
  at?: string
  status?: ScheduleStatus
}

const isDay = (text: unknown): text is string => typeof text === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(text)

function readListSearch(search: Record<string, unknown>): ListSearch {
  const view = views.find((name) => name === search['view'])
  const status = scheduleStatuses.find((name) => name === search['status'])
  return {
    ...(view === undefined ? {} : { view }),
    ...(isDay(search['at']) ? { at: search['at'] } : {}),
    ...(status === undefined ? {} : { status }),
  }
}

/** The addresses of the area; each page comes when it is first opened. */
export const schedulesRoutes = [
  createRoute({
    getParentRoute: () => appRoute,
    path: '/schedules',
    validateSearch: readListSearch,
    component: lazyRouteComponent(() => import('./schedules-page.tsx'), 'SchedulesPage'),
  }),
  createRoute({
    getParentRoute: () => appRoute,
    path: '/schedules/new',
    validateSearch: ({ channel }: Record<string, unknown>): { channel?: string } =>
      typeof channel === 'string' ? { channel } : {},
    component: lazyRouteComponent(() => import('./editor/editor-page.tsx'), 'NewSchedulePage'),
  }),
  createRoute({
    getParentRoute: () => appRoute,
    path: '/schedules/$scheduleId',
    component: lazyRouteComponent(() => import('./schedule-page.tsx'), 'SchedulePage'),
  }),
  createRoute({
    getParentRoute: () => appRoute,
    path: '/schedules/$scheduleId/edit',
    component: lazyRouteComponent(() => import('./editor/editor-page.tsx'), 'EditSchedulePage'),
  }),
] as const
