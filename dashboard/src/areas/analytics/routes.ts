import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { appRoute } from '../../shell/routes.ts'
import { readSearch } from './period.ts'

/** The addresses of the area; each page comes when it is first opened. */
export const analyticsRoutes = [
  createRoute({
    getParentRoute: () => appRoute,
    path: '/analytics',
    validateSearch: readSearch,
    component: lazyRouteComponent(() => import('./analytics-page.tsx'), 'AnalyticsPage'),
  }),
] as const
