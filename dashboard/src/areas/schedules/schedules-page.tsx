import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { useMemo } from 'react'
import { CurlButton } from '../../kit/curl.tsx'
import { Segments } from '../../kit/filters.tsx'
import { Icon } from '../../kit/icon.tsx'
import { Empty, ErrorNote } from '../../kit/notes.tsx'
import { SkeletonRows } from '../../kit/skeleton.tsx'
import { type Column, Table } from '../../kit/table.tsx'
import { Time } from '../../kit/text-parts.tsx'
import { Page } from '../../shell/page.tsx'
import { usePaletteEntries } from '../../shell/palette-store.ts'
import { CalendarView } from './calendar-view.tsx'
import { type Schedule, scheduleStatuses, useSchedules } from './queries.ts'
import { Planned, ScheduleWords } from './rule-words.tsx'
import { ScheduleState } from './schedule-state.tsx'
import './schedules.css'
import { Target } from './target.tsx'
import { useText } from './words.ts'

/** All schedules, as a list or in a calendar. */
export function SchedulesPage() {
  const t = useText()
  const navigate = useNavigate()
  const search = useSearch({ from: '/app/schedules' })
  const view = search.view ?? 'list'
  const commands = useMemo(
    () => [
      {
        id: 'schedule-new',
        group: 'do' as const,
        label: t('new'),
        icon: 'schedules' as const,
        run: () => void navigate({ to: '/schedules/new' }),
      },
    ],
    [t, navigate],
  )
  usePaletteEntries(commands)
  return (
    <Page
      title={t('title')}
      actions={
        <>
          <Link className="btn primary" to="/schedules/new">
            <Icon name="plus" size="s" />
            {t('new')}
          </Link>
          <CurlButton calls={[{ method: 'get', path: '/api/v2/scheduled-messages' }]} />
        </>
      }
    >
      <div className="toolbar">
        <Segments
          label={t('view.label')}
          value={view}
          onChange={(next) =>
            void navigate({ to: '/schedules', search: next === 'list' ? {} : { view: next } })
          }
          options={[
            { value: 'list', label: t('view.list') },
            { value: 'week', label: t('view.week') },
            { value: 'month', label: t('view.month') },
          ]}
        />
        {view === 'list' ? <StatusFilter /> : null}
      </div>
      {view === 'list' ? <ScheduleList /> : <CalendarView view={view} at={search.at} />}
    </Page>
  )
}

function StatusFilter() {
  const t = useText()
  const navigate = useNavigate()
  const { status } = useSearch({ from: '/app/schedules' })
  return (
    <Segments
      label={t('column.state')}
      value={status ?? 'all'}
      onChange={(value) =>
        void navigate({ to: '/schedules', search: value === 'all' ? {} : { status: value } })
      }
      options={[
        { value: 'all', label: t('filter.all') },
        ...scheduleStatuses.map((value) => ({ value, label: t(`status.${value}`) })),
      ]}
    />
  )
}

function ScheduleList() {
  const t = useText()
  const navigate = useNavigate()
  const { status } = useSearch({ from: '/app/schedules' })
  const query = useSchedules(status)
  const rows = query.data?.pages.flatMap((page) => page.messages)
  if (rows === undefined)
    return query.error === null ? (
      <SkeletonRows rows={8} />
    ) : (
      <div className="notes">
        <ErrorNote error={query.error} title={t('list.failed')} onRetry={() => void query.refetch()} />
      </div>
    )
  if (rows.length === 0)
    return (
      <Empty title={t(status === undefined ? 'empty.title' : 'none.title')}>
        {t(status === undefined ? 'empty.text' : 'none.text')}
      </Empty>
    )
  return (
    <Table<Schedule>
      label={t('title')}
      rows={rows}
      columns={columnsOf(t)}
      idOf={(schedule) => schedule.id}
      nameOf={(schedule) => schedule.name}
      onOpen={({ id }) => void navigate({ to: '/schedules/$scheduleId', params: { scheduleId: id } })}
      onEnd={() => query.hasNextPage && !query.isFetchingNextPage && void query.fetchNextPage()}
      rowHeight={52}
    />
  )
}

function columnsOf(t: ReturnType<typeof useText>): Column<Schedule>[] {
  return [
    {
      id: 'name',
      head: t('column.name'),
      cell: (schedule) => (
        <Link to="/schedules/$scheduleId" params={{ scheduleId: schedule.id }}>
          <bdi>{schedule.name}</bdi>
          <small>
            <Target schedule={schedule} />
          </small>
        </Link>
      ),
    },
    {
      id: 'rule',
      head: t('column.rule'),
      hides: 'lo',
      cell: (schedule) => <ScheduleWords schedule={schedule} />,
    },
    { id: 'state', head: t('column.state'), cell: ({ status }) => <ScheduleState status={status} /> },
    {
      id: 'next',
      head: t('column.next'),
      cell: ({ next_run_at: next, timezone }) =>
        next === null ? '–' : <Planned at={next} zone={timezone} />,
    },
    {
      id: 'last',
      head: t('column.last'),
      isNumber: true,
      hides: 'lo2',
      cell: ({ last_run_at: last }) => (last === null ? t('never') : <Time at={last} />),
    },
  ]
}
