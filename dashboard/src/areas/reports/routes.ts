import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { appRoute } from '../../shell/routes.ts'

interface NewSearch {
  /** The kind that was chosen from the list. */
  template?: string
}
interface ReportSearch {
  /** The run that is shown; the newest unless told. */
  run?: string
}

const textOf = (value: unknown) => (typeof value === 'string' && value !== '' ? value : undefined)

/** The addresses of the area; each page comes when it is first opened. */
export const reportsRoutes = [
  createRoute({
    getParentRoute: () => appRoute,
    path: '/reports',
    component: lazyRouteComponent(() => import('./reports-page.tsx'), 'ReportsPage'),
  }),
  createRoute({
    getParentRoute: () => appRoute,
    path: '/reports/new',
    validateSearch: ({ template }: Record<string, unknown>): NewSearch => ({ template: textOf(template) }),
    component: lazyRouteComponent(() => import('./report-form-page.tsx'), 'NewReportPage'),
  }),
  createRoute({
    getParentRoute: () => appRoute,
    path: '/reports/$reportId/edit',
    component: lazyRouteComponent(() => import('./report-form-page.tsx'), 'EditReportPage'),
  }),
  createRoute({
    getParentRoute: () => appRoute,
    path: '/reports/$reportId',
    validateSearch: ({ run }: Record<string, unknown>): ReportSearch => ({ run: textOf(run) }),
    component: lazyRouteComponent(() => import('./report-page.tsx'), 'ReportPage'),
  }),
] as const
