import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { appRoute } from '../../shell/routes.ts'

/** The addresses of the area; each page comes when it is first opened. */
export const reportsRoutes = [
  createRoute({
    getParentRoute: () => appRoute,
    path: '/reports',
    component: lazyRouteComponent(() => import('./reports-page.tsx'), 'ReportsPage'),
  }),
] as const
