import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { appRoute } from '../../shell/routes.ts'

/** The addresses of the area; each page comes when it is first opened. */
export const safetyRoutes = [
  createRoute({
    getParentRoute: () => appRoute,
    path: '/safety',
    component: lazyRouteComponent(() => import('./safety-page.tsx'), 'SafetyPage'),
  }),
] as const
