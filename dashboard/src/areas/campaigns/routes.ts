import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { appRoute } from '../../shell/routes.ts'
import { type Stage, stages } from './parts.ts'
import { type JobStatus, jobStatuses } from './queries.ts'

interface ListSearch {
  status?: JobStatus
}

interface DetailSearch {
  /** Which recipients are listed. */
  stage?: Stage
  /** Of those left out, why. */
  reason?: string
}

function readListSearch({ status }: Record<string, unknown>): ListSearch {
  const known = jobStatuses.find((name) => name === status)
  return known === undefined ? {} : { status: known }
}

function readDetailSearch({ stage, reason }: Record<string, unknown>): DetailSearch {
  const known = stages.find((name) => name === stage)
  return {
    ...(known === undefined ? {} : { stage: known }),
    ...(typeof reason === 'string' ? { reason } : {}),
  }
}

/** The addresses of the area; each page comes when it is first opened. */
export const campaignsRoutes = [
  createRoute({
    getParentRoute: () => appRoute,
    path: '/campaigns',
    validateSearch: readListSearch,
    component: lazyRouteComponent(() => import('./campaigns-page.tsx'), 'CampaignsPage'),
  }),
  createRoute({
    getParentRoute: () => appRoute,
    path: '/campaigns/new',
    component: lazyRouteComponent(() => import('./compose/new-page.tsx'), 'NewCampaignPage'),
  }),
  createRoute({
    getParentRoute: () => appRoute,
    path: '/campaigns/$campaignId',
    validateSearch: readDetailSearch,
    component: lazyRouteComponent(() => import('./campaign-page.tsx'), 'CampaignPage'),
  }),
  createRoute({
    getParentRoute: () => appRoute,
    path: '/campaigns/$campaignId/edit',
    component: lazyRouteComponent(() => import('./compose/edit-page.tsx'), 'EditCampaignPage'),
  }),
] as const
