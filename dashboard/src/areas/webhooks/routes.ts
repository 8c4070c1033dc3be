import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { appRoute } from '../../shell/routes.ts'
import { readLogSearch } from './log/log-search.ts'

/** The addresses of the area; each page comes when it is first opened. */
export const webhooksRoutes = [
  createRoute({
    getParentRoute: () => appRoute,
    path: '/webhooks',
    component: lazyRouteComponent(() => import('./webhooks-page.tsx'), 'WebhooksPage'),
  }),
  createRoute({
    getParentRoute: () => appRoute,
    path: '/webhooks/$webhookId',
    validateSearch: readLogSearch,
    component: lazyRouteComponent(() => import('./webhook-page.tsx'), 'WebhookPage'),
  }),
] as const
