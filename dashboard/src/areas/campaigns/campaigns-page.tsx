import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { useMemo } from 'react'
import { useFormat } from '../../i18n/format.ts'
import { CurlButton } from '../../kit/curl.tsx'
import { Shares } from '../../kit/figures.tsx'
import { Segments } from '../../kit/filters.tsx'
import { Icon } from '../../kit/icon.tsx'
import { Empty, ErrorNote } from '../../kit/notes.tsx'
import { SkeletonRows } from '../../kit/skeleton.tsx'
import { StateTag } from '../../kit/states.tsx'
import { type Column, Table } from '../../kit/table.tsx'
import { Time } from '../../kit/text-parts.tsx'
import { Page } from '../../shell/page.tsx'
import { usePaletteEntries } from '../../shell/palette-store.ts'
import './campaigns.css'
import { barOrder, progressOf, stageColours, stageCounts } from './parts.ts'
import { type Job, jobStatuses, useJobs, useSessions } from './queries.ts'
import { useTitle } from './titles.ts'
import { useText } from './words.ts'

/** All campaigns, newest first. */
export function CampaignsPage() {
  const t = useText()
  const navigate = useNavigate()
  const { status } = useSearch({ from: '/app/campaigns' })
  const commands = useMemo(
    () => [
      {
        id: 'campaign-new',
        group: 'do' as const,
        label: t('new'),
        icon: 'campaigns' as const,
        run: () => void navigate({ to: '/campaigns/new' }),
      },
    ],
    [t, navigate],
  )
  usePaletteEntries(commands)
  const query = useJobs(status)
  const jobs = query.data?.pages.flatMap((page) => page.jobs)
  const isEmpty = jobs?.length === 0 && status === undefined
  const create = (
    <Link className="btn primary" to="/campaigns/new">
      <Icon name="plus" size="s" />
      {t('new')}
    </Link>
  )
  return (
    <Page
      title={t('title')}
      actions={
        <>
          {isEmpty ? null : create}
          <CurlButton
            calls={[
              {
                method: 'get',
                path: '/api/v2/bulk-send',
                params: { query: status === undefined ? {} : { status } },
              },
            ]}
          />
        </>
      }
    >
      {isEmpty ? null : <StatusFilter />}
      {query.error === null ? null : (
        <div className="notes">
          <ErrorNote error={query.error} title={t('list.failed')} onRetry={() => void query.refetch()} />
        </div>
      )}
      {jobs === undefined ? (
        query.error === null && <SkeletonRows rows={8} />
      ) : isEmpty ? (
        <Empty title={t('empty.title')} action={create}>
          {t('empty.text')}
        </Empty>
      ) : jobs.length === 0 ? (
        <Empty title={t('none.title')}>{t('none.text')}</Empty>
      ) : (
        <CampaignTable
          jobs={jobs}
          onEnd={() => query.hasNextPage && !query.isFetchingNextPage && void query.fetchNextPage()}
        />
      )}
    </Page>
  )
}

function StatusFilter() {
  const t = useText()
  const navigate = useNavigate()
  const { status } = useSearch({ from: '/app/campaigns' })
  return (
    <div className="toolbar">
      <Segments
        label={t('column.state')}
        value={status ?? 'all'}
        onChange={(value) =>
          void navigate({ to: '/campaigns', search: value === 'all' ? {} : { status: value } })
        }
        options={[
          { value: 'all', label: t('filter.all') },
          ...jobStatuses.map((value) => ({ value, label: t(`status.${value}`) })),
        ]}
      />
    </div>
  )
}

function CampaignTable({ jobs, onEnd }: { jobs: readonly Job[]; onEnd(): void }) {
  const t = useText()
  const format = useFormat()
  const navigate = useNavigate()
  const title = useTitle()
  const { data: sessions = [] } = useSessions()
  const sessionName = (id: string) => sessions.find((session) => session.id === id)?.name ?? ''
  const rate = (part: number, whole: number) => (whole === 0 ? '–' : format.percent(part / whole))
  const columns: Column<Job>[] = [
    {
      id: 'name',
      head: t('column.name'),
      cell: (job) => (
        <Link to="/campaigns/$campaignId" params={{ campaignId: job.id }}>
          <bdi>{title(job)}</bdi>
          <small>
            <bdi>{sessionName(job.session_id)}</bdi>
            {job.source === 'schedule' ? ` · ${t('from_schedule')}` : ''}
          </small>
        </Link>
      ),
    },
    { id: 'state', head: t('column.state'), cell: (job) => <StateTag kind="job" value={job.status} /> },
    { id: 'progress', head: t('column.progress'), width: 200, cell: (job) => <JobBar job={job} /> },
    {
      id: 'read',
      head: t('column.read'),
      isNumber: true,
      hides: 'lo',
      cell: (job) => rate(job.read_count, job.delivered_count),
    },
    {
      id: 'replied',
      head: t('column.replied'),
      isNumber: true,
      hides: 'lo',
      cell: (job) => rate(job.replied_count, job.delivered_count),
    },
    {
      id: 'made',
      head: t('column.made'),
      isNumber: true,
      hides: 'lo',
      cell: (job) => <Time at={job.created_at} />,
    },
  ]
  return (
    <Table<Job>
      label={t('title')}
      rows={jobs}
      columns={columns}
      idOf={(job) => job.id}
      nameOf={title}
      onOpen={({ id }) => void navigate({ to: '/campaigns/$campaignId', params: { campaignId: id } })}
      onEnd={onEnd}
      rowHeight={52}
    />
  )
}

function JobBar({ job }: { job: Job }) {
  const t = useText()
  const format = useFormat()
  const counts = stageCounts(progressOf(job))
  const shares = barOrder
    .filter((stage) => stage !== 'waiting')
    .map((id) => ({ id, count: counts[id], words: t(`stage.${id}`), colour: stageColours[id] }))
  return (
    <span className="job-bar">
      <Shares total={job.total_recipients} shares={shares} label={t('column.progress')} />
      <small className="num">
        {t('sent_of', { sent: format.number(job.sent_count), total: format.number(job.total_recipients) })}
      </small>
    </span>
  )
}
