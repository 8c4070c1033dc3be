import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { useFormat } from '../../i18n/format.ts'
import { Button, IconButton } from '../../kit/button.tsx'
import { Confirm } from '../../kit/confirm.tsx'
import { CopyButton } from '../../kit/copy-button.tsx'
import { CurlButton } from '../../kit/curl.tsx'
import { Segments } from '../../kit/filters.tsx'
import { type FormState, useForm } from '../../kit/form.tsx'
import { Loaded } from '../../kit/loaded.tsx'
import { Menu } from '../../kit/menu.tsx'
import { Empty, ErrorNote, Note } from '../../kit/notes.tsx'
import { saveFile } from '../../kit/save-file.ts'
import { StateTag } from '../../kit/states.tsx'
import { Time } from '../../kit/text-parts.tsx'
import { Page, PageBody } from '../../shell/page.tsx'
import { deleteReport, fetchPage, type ReportWithRuns, type Run, steerReport, useReport } from './queries.ts'
import { ReportContent } from './report-content.tsx'
import { MessageText } from './report-preview.tsx'
import { ComingTime, ReportRule, ReportState, useTemplateWords } from './report-words.tsx'
import './reports.css'
import { useText } from './words.ts'

/** One report: when it comes, its runs, and what one of them found out. */
export function ReportPage() {
  const t = useText()
  const { reportId } = useParams({ from: '/app/reports/$reportId' })
  const query = useReport(reportId)
  const steering = useForm()
  const { data: report } = query
  return (
    <Page
      title={report?.name ?? t('title')}
      crumb={{ to: '/reports', label: t('title') }}
      state={report === undefined ? null : <ReportState status={report.status} />}
      actions={report === undefined ? null : <Actions report={report} steering={steering} />}
    >
      <PageBody label={t('one.label')}>
        <div className="stack">
          {steering.error === undefined ? null : (
            <ErrorNote error={steering.error} title={t('steer.failed')} />
          )}
          <Loaded query={query} title={t('one.failed')}>
            {(loaded) => <Viewer report={loaded} />}
          </Loaded>
        </div>
      </PageBody>
    </Page>
  )
}

function Actions({ report, steering }: { report: ReportWithRuns; steering: FormState }) {
  const t = useText()
  const navigate = useNavigate()
  const [isDeleting, setDeleting] = useState(false)
  const { id, status } = report
  const steer = (action: 'pause' | 'resume') => void steering.submit(() => steerReport(id, action))
  return (
    <>
      {status === 'active' ? (
        <Button icon="pause" busy={steering.isBusy} onClick={() => steer('pause')}>
          {t('pause')}
        </Button>
      ) : null}
      {status === 'paused' ? (
        <Button look="primary" icon="play" busy={steering.isBusy} onClick={() => steer('resume')}>
          {t('resume')}
        </Button>
      ) : null}
      <Menu
        trigger={<IconButton icon="dots" label={t('menu')} />}
        groups={[
          [
            {
              id: 'edit',
              label: t('edit'),
              onSelect: () => void navigate({ to: '/reports/$reportId/edit', params: { reportId: id } }),
            },
          ],
          [{ id: 'delete', label: t('delete'), onSelect: () => setDeleting(true) }],
        ]}
      />
      <CurlButton calls={[{ method: 'get', path: '/api/v2/reports/{id}', params: { path: { id } } }]} />
      <Confirm
        open={isDeleting}
        onClose={() => setDeleting(false)}
        title={t('delete.title', { name: report.name })}
        action={t('delete.action')}
        isLoss
        consequences={[[report.executions.length, t('delete.runs', { count: report.executions.length })]]}
        run={() => deleteReport(id, () => navigate({ to: '/reports' }))}
      />
    </>
  )
}

function Viewer({ report }: { report: ReportWithRuns }) {
  const t = useText()
  const { run } = useSearch({ from: '/app/reports/$reportId' })
  const { executions } = report
  const shown = executions.find(({ id }) => id === run) ?? executions[0]
  return (
    <>
      <Plan report={report} />
      {shown === undefined ? (
        <Empty title={t('runs.none')}>{t('runs.none_text')}</Empty>
      ) : (
        <div className="report-view">
          <Runs report={report} shown={shown} />
          <RunView key={shown.id} report={report} run={shown} />
        </div>
      )}
    </>
  )
}

/** When it comes next and where it goes. */
function Plan({ report }: { report: ReportWithRuns }) {
  const t = useText()
  const words = useTemplateWords()
  return (
    <section className="card plan" aria-label={t('plan')}>
      <div className="pad">
        <p>
          <span className="phone-only">
            <ReportState status={report.status} />
          </span>{' '}
          <b>
            <ReportRule report={report} />
          </b>{' '}
          <span className="soft">
            {words.name({ id: report.template_id, name: report.template_id })}.{' '}
            {t(`way_hint.${report.delivery_method}`)}
          </span>
        </p>
        {report.next_runs.length === 0 ? null : (
          <div className="coming-runs">
            <b>{t('next', { count: report.next_runs.length })}</b>
            <ol>
              {report.next_runs.map((at) => (
                <li key={at}>
                  <ComingTime at={at} zone={report.timezone} />
                </li>
              ))}
            </ol>
          </div>
        )}
        {report.last_error === null ? null : (
          <Note tone="bad" shape="tri" title={t('last_failed')}>
            {report.last_error}
          </Note>
        )}
      </div>
    </section>
  )
}

/** What became of a run. */
function RunState({ run }: { run: Run }) {
  const t = useText()
  if (run.status === 'failed') return <StateTag kind="job" value="failed" />
  if (run.delivered)
    return (
      <StateTag kind="job" value="completed">
        {t(`arrived.${run.delivery_method}`)}
      </StateTag>
    )
  return run.error === null ? (
    <StateTag kind="job" value="pending">
      {t('arrived.waiting')}
    </StateTag>
  ) : (
    <StateTag kind="job" value="failed">
      {t('arrived.not')}
    </StateTag>
  )
}

function Runs({ report, shown }: { report: ReportWithRuns; shown: Run }) {
  const t = useText()
  return (
    <nav className="card runs" aria-label={t('runs')}>
      <header>
        <h2>{t('runs')}</h2>
      </header>
      <ul className="rows">
        {report.executions.map((run) => (
          <li key={run.id}>
            <Link
              to="/reports/$reportId"
              params={{ reportId: report.id }}
              search={{ run: run.id }}
              aria-current={run.id === shown.id || undefined}
            >
              <Time at={run.run_at} />
              <RunState run={run} />
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  )
}

function RunView({ report, run }: { report: ReportWithRuns; run: Run }) {
  const t = useText()
  const format = useFormat()
  const [look, setLook] = useState<'page' | 'text'>('page')
  const saving = useForm()
  const { content, text, error } = run
  const name = `${report.template_id}-${format.dayKey(run.run_at)}`
  const save = () => saving.submit(async () => saveFile(await fetchPage(report.id, run.id), `${name}.html`))
  return (
    <section className="stack run" aria-label={t('run.label', { time: format.moment(run.run_at) })}>
      {error === null ? null : (
        <Note tone="bad" shape="tri" title={t(content === null ? 'run.failed' : 'run.not_arrived')}>
          {error}
        </Note>
      )}
      {content === null || text === null ? null : (
        <>
          <div className="tools no-print">
            <Segments
              label={t('preview.look')}
              value={look}
              onChange={(next) => setLook(next)}
              options={[
                { value: 'page', label: t('look.page') },
                { value: 'text', label: t('look.text') },
              ]}
            />
            <span className="sp" />
            <CopyButton text={text}>{t('copy_text')}</CopyButton>
            <Button onClick={() => window.print()}>{t('print')}</Button>
            <Button icon="download" busy={saving.isBusy} onClick={() => void save()}>
              {t('save_page')}
            </Button>
          </div>
          {saving.error === undefined ? null : <ErrorNote error={saving.error} onRetry={() => void save()} />}
          {look === 'page' ? <ReportContent content={content} file={name} /> : <MessageText text={text} />}
        </>
      )}
    </section>
  )
}
