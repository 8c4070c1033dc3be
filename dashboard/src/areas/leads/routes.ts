import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { appRoute } from '../../shell/routes.ts'
import { readLeadSearch } from './lead-search.ts'

/** The addresses of the area; each page comes when it is first opened. */
export const leadsRoutes = [
  createRoute({
    getParentRoute: () => appRoute,
    path: '/leads',
    validateSearch: readLeadSearch,
    component: lazyRouteComponent(() => import('./leads-page.tsx'), 'LeadsPage'),
  }),
  createRoute({
    getParentRoute: () => appRoute,
    path: '/leads/$leadId',
    component: lazyRouteComponent(() => import('./one/lead-page.tsx'), 'LeadPage'),
  }),
] as const
