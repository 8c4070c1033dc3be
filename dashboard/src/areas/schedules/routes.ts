import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { appRoute } from '../../shell/routes.ts'

/** The addresses of the area; each page comes when it is first opened. */
export const schedulesRoutes = [
  createRoute({
    getParentRoute: () => appRoute,
    path: '/schedules',
    component: lazyRouteComponent(() => import('./schedules-page.tsx'), 'SchedulesPage'),
  }),
] as const
