import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { appRoute } from '../../shell/routes.ts'
import { type ApprovalStatus, approvalStatuses } from './approval-status.ts'

/** A word that stands behind `?`, when it is one. */
const word = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined

const dayShape = /^\d{4}-\d{2}-\d{2}$/
const day = (value: unknown): string | undefined =>
  typeof value === 'string' && dayShape.test(value) ? value : undefined

/** What the audit log is filtered by; days are those of the tenant's zone. */
export interface AuditSearch {
  area?: string | undefined
  person?: string | undefined
  from?: string | undefined
  to?: string | undefined
}

/** The addresses of the area; each page comes when it is first opened. */
export const safetyRoutes = [
  createRoute({
    getParentRoute: () => appRoute,
    path: '/safety',
    validateSearch: ({ status }): { status?: ApprovalStatus | undefined } => ({
      status: approvalStatuses.find((name) => name === status && name !== 'pending'),
    }),
    component: lazyRouteComponent(() => import('./approvals-page.tsx'), 'ApprovalsPage'),
  }),
  createRoute({
    getParentRoute: () => appRoute,
    path: '/safety/anti-spam',
    component: lazyRouteComponent(() => import('./antispam-page.tsx'), 'AntispamPage'),
  }),
  createRoute({
    getParentRoute: () => appRoute,
    path: '/safety/content',
    component: lazyRouteComponent(() => import('./content-page.tsx'), 'ContentPage'),
  }),
  createRoute({
    getParentRoute: () => appRoute,
    path: '/safety/opt-outs',
    validateSearch: ({ back }): { back?: true | undefined } => ({ back: back === true ? true : undefined }),
    component: lazyRouteComponent(() => import('./opt-outs-page.tsx'), 'OptOutsPage'),
  }),
  createRoute({
    getParentRoute: () => appRoute,
    path: '/safety/words',
    component: lazyRouteComponent(() => import('./words-page.tsx'), 'WordsPage'),
  }),
  createRoute({
    getParentRoute: () => appRoute,
    path: '/safety/audit',
    validateSearch: ({ area, person, from, to }): AuditSearch => ({
      area: word(area),
      person: word(person),
      from: day(from),
      to: day(to),
    }),
    component: lazyRouteComponent(() => import('./audit-page.tsx'), 'AuditPage'),
  }),
] as const
