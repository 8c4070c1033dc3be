import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { appRoute } from '../../shell/routes.ts'

/** The addresses of the area; each page comes when it is first opened. */
export const groupsRoutes = [
  createRoute({
    getParentRoute: () => appRoute,
    path: '/groups',
    component: lazyRouteComponent(() => import('./groups-page.tsx'), 'GroupsPage'),
  }),
] as const
