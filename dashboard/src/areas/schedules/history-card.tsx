import { Link } from '@tanstack/react-router'
import { useFormat } from '../../i18n/format.ts'
import { ErrorNote } from '../../kit/notes.tsx'
import { SkeletonRows } from '../../kit/skeleton.tsx'
import { type Column, Table } from '../../kit/table.tsx'
import { Time } from '../../kit/text-parts.tsx'
import type { Execution, Schedule } from './queries.ts'
import { useHistory } from './queries.ts'
import { RunState, useErrorWords } from './schedule-state.tsx'
import { useText } from './words.ts'

/** What became of the runs, newest first. */
export function HistoryCard({ schedule }: { schedule: Schedule }) {
  const t = useText()
  const query = useHistory(schedule.id)
  const columns = useColumns()
  const rows = query.data?.pages.flatMap((page) => page.executions)
  return (
    <section className="card history" aria-labelledby="h-history">
      <header>
        <h2 id="h-history">{t('history')}</h2>
      </header>
      {rows === undefined ? (
        query.error === null ? (
          <SkeletonRows rows={4} />
        ) : (
          <ErrorNote error={query.error} title={t('history.failed')} onRetry={() => void query.refetch()} />
        )
      ) : rows.length === 0 ? (
        <p className="pad mute small">{t('history.none')}</p>
      ) : (
        <Table<Execution>
          label={t('history')}
          rows={rows}
          columns={columns}
          idOf={(run) => run.id}
          nameOf={(run) => run.scheduled_for}
          onEnd={() => query.hasNextPage && !query.isFetchingNextPage && void query.fetchNextPage()}
        />
      )}
    </section>
  )
}

function useColumns(): Column<Execution>[] {
  const t = useText()
  const format = useFormat()
  const words = useErrorWords()
  const count = (
    id: string,
    key: 'sent_count' | 'skipped_count' | 'failed_count',
    hides: boolean,
  ): Column<Execution> => ({
    id,
    head: t.of(`column.${id}`),
    isNumber: true,
    ...(hides ? { hides: 'lo' as const } : {}),
    cell: (run) => format.number(run[key]),
  })
  return [
    {
      id: 'for',
      head: t('column.for'),
      cell: ({ scheduled_for: at, bulk_job_id: job }) =>
        job === null ? (
          <Time at={at} />
        ) : (
          <Link to="/campaigns/$campaignId" params={{ campaignId: job }}>
            <Time at={at} />
          </Link>
        ),
    },
    { id: 'state', head: t('column.state'), cell: ({ status }) => <RunState status={status} /> },
    count('sent', 'sent_count', false),
    count('skipped', 'skipped_count', true),
    count('failed', 'failed_count', true),
    {
      id: 'why',
      head: t('column.why'),
      hides: 'lo',
      cell: ({ error }) => (error === null ? null : <span className="soft">{words(error)}</span>),
    },
  ]
}
