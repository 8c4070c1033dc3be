import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { appRoute } from '../../shell/routes.ts'
import { type ReviewState, reviewStates } from './queries.ts'

function readState({ state }: Record<string, unknown>): { state?: ReviewState } {
  const known = reviewStates.find((name) => name === state)
  return known === undefined ? {} : { state: known }
}

/** The addresses of the area; each page comes when it is first opened. */
export const reviewsRoutes = [
  createRoute({
    getParentRoute: () => appRoute,
    path: '/reviews',
    validateSearch: readState,
    component: lazyRouteComponent(() => import('./reviews-page.tsx'), 'ReviewsPage'),
  }),
  createRoute({
    getParentRoute: () => appRoute,
    path: '/reviews/collectors',
    component: lazyRouteComponent(() => import('./collectors-page.tsx'), 'CollectorsPage'),
  }),
  createRoute({
    getParentRoute: () => appRoute,
    path: '/reviews/widgets',
    component: lazyRouteComponent(() => import('./widgets-page.tsx'), 'WidgetsPage'),
  }),
] as const
