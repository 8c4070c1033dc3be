import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { appRoute } from '../../shell/routes.ts'

/** The addresses of the area; each page comes when it is first opened. */
export const leadsRoutes = [
  createRoute({
    getParentRoute: () => appRoute,
    path: '/leads',
    component: lazyRouteComponent(() => import('./leads-page.tsx'), 'LeadsPage'),
  }),
] as const
