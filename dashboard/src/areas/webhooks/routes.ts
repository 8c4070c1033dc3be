import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { appRoute } from '../../shell/routes.ts'
import { type DeliveryStatus, deliveryStatuses } from './queries.ts'

interface LogSearch {
  status?: DeliveryStatus
  /** The delivery that is open beside the log. */
  delivery?: string
}

function readLogSearch(search: Record<string, unknown>): LogSearch {
  const { status, delivery } = search
  const known = deliveryStatuses.find((name) => name === status)
  return {
    ...(known === undefined ? {} : { status: known }),
    ...(typeof delivery === 'string' ? { delivery } : {}),
  }
}

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
