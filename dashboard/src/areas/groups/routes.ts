import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { appRoute } from '../../shell/routes.ts'

const views = ['available'] as const
const tabs = ['messages', 'leads'] as const

/** The addresses of the area; each page comes when it is first opened. */
export const groupsRoutes = [
  createRoute({
    getParentRoute: () => appRoute,
    path: '/groups',
    validateSearch: (search): { view?: (typeof views)[number]; session?: string } => ({
      ...(search['view'] === 'available' ? { view: 'available' as const } : {}),
      ...(typeof search['session'] === 'string' ? { session: search['session'] } : {}),
    }),
    component: lazyRouteComponent(() => import('./groups-page.tsx'), 'GroupsPage'),
  }),
  createRoute({
    getParentRoute: () => appRoute,
    path: '/groups/$groupId',
    validateSearch: (search): { tab?: (typeof tabs)[number] } => {
      const tab = tabs.find((name) => name === search['tab'])
      return tab === undefined ? {} : { tab }
    },
    component: lazyRouteComponent(() => import('./monitored/monitored-page.tsx'), 'MonitoredPage'),
  }),
  createRoute({
    getParentRoute: () => appRoute,
    path: '/groups/wa/$waGroupId',
    validateSearch: (search): { session?: string } =>
      typeof search['session'] === 'string' ? { session: search['session'] } : {},
    component: lazyRouteComponent(() => import('./wa/wa-group-page.tsx'), 'WaGroupPage'),
  }),
] as const
