import { Link, useNavigate } from '@tanstack/react-router'
import { CurlButton } from '../../kit/curl.tsx'
import { Glyph } from '../../kit/icon.tsx'
import { Loaded } from '../../kit/loaded.tsx'
import { Empty, ErrorNote } from '../../kit/notes.tsx'
import { SkeletonRows } from '../../kit/skeleton.tsx'
import { type Column, Table } from '../../kit/table.tsx'
import { Time } from '../../kit/text-parts.tsx'
import { Page, PageBody } from '../../shell/page.tsx'
import { type Report, useReports, useTemplates } from './queries.ts'
import { ComingTime, ReportRule, ReportState, useTemplateWords } from './report-words.tsx'
import './reports.css'
import { useText } from './words.ts'

/** What is told regularly, and what could be. */
export function ReportsPage() {
  const t = useText()
  const query = useReports()
  const reports = query.data?.pages.flatMap((page) => page.reports)
  const create = (
    <Link className="btn primary" to="/reports/new">
      {t('new')}
    </Link>
  )
  return (
    <Page
      title={t('title')}
      actions={
        <>
          {reports?.length === 0 ? null : create}
          <CurlButton
            calls={[
              { method: 'get', path: '/api/v2/reports' },
              { method: 'get', path: '/api/v2/reports/templates' },
            ]}
          />
        </>
      }
    >
      <PageBody label={t('title')}>
        <div className="stack">
          {reports === undefined ? (
            query.error === null ? (
              <SkeletonRows />
            ) : (
              <ErrorNote error={query.error} title={t('list.failed')} onRetry={() => void query.refetch()} />
            )
          ) : reports.length === 0 ? (
            <Empty title={t('empty.title')} action={create}>
              {t('empty.text')}
            </Empty>
          ) : (
            <section className="card reports-list" aria-label={t('title')}>
              <ReportTable
                reports={reports}
                onEnd={() => query.hasNextPage && !query.isFetchingNextPage && void query.fetchNextPage()}
              />
            </section>
          )}
          <Templates />
        </div>
      </PageBody>
    </Page>
  )
}

function ReportTable({ reports, onEnd }: { reports: readonly Report[]; onEnd(): void }) {
  const t = useText()
  const navigate = useNavigate()
  const words = useTemplateWords()
  const columns: Column<Report>[] = [
    {
      id: 'name',
      head: t('column.name'),
      cell: (report) => (
        <Link to="/reports/$reportId" params={{ reportId: report.id }}>
          <bdi>{report.name}</bdi>
          <small>{words.name({ id: report.template_id, name: report.template_id })}</small>
        </Link>
      ),
    },
    { id: 'state', head: t('column.state'), cell: ({ status }) => <ReportState status={status} /> },
    { id: 'rule', head: t('column.rule'), hides: 'lo', cell: (report) => <ReportRule report={report} /> },
    {
      id: 'next',
      head: t('column.next'),
      cell: ({ next_run_at: at, timezone }) => (at === null ? '–' : <ComingTime at={at} zone={timezone} />),
    },
    {
      id: 'last',
      head: t('column.last'),
      hides: 'lo',
      cell: ({ last_run_at: at, last_error: error }) =>
        at === null ? (
          t('never')
        ) : (
          <span className={error === null ? '' : 'bad'}>
            {error === null ? null : <Glyph name="tri" />}
            <Time at={at} />
            {error === null ? null : <small className="cut">{error}</small>}
          </span>
        ),
    },
    {
      id: 'way',
      head: t('column.way'),
      hides: 'lo2',
      cell: ({ delivery_method: way }) => t(`way.${way}`),
    },
  ]
  return (
    <Table
      label={t('title')}
      rows={reports}
      columns={columns}
      idOf={({ id }) => id}
      nameOf={({ name }) => name}
      onOpen={({ id }) => void navigate({ to: '/reports/$reportId', params: { reportId: id } })}
      onEnd={onEnd}
    />
  )
}

/** The kinds there are, each leading to the form with it. */
function Templates() {
  const t = useText()
  const words = useTemplateWords()
  const query = useTemplates()
  return (
    <section aria-labelledby="h-templates">
      <h2 id="h-templates" className="templates-head">
        {t('templates')}
      </h2>
      <Loaded query={query} title={t('templates.failed')}>
        {(templates) => (
          <ul className="templates">
            {templates.map((template) => (
              <li key={template.id} className="card">
                <Link to="/reports/new" search={{ template: template.id }}>
                  <b>{words.name(template)}</b>
                  <p>{words.about(template)}</p>
                </Link>
              </li>
            ))}
          </ul>
        )}
      </Loaded>
    </section>
  )
}
