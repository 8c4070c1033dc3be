import { useState } from 'react'
import { useFormat } from '../../i18n/format.ts'
import { Dialog } from '../../kit/dialog.tsx'
import { type FigureColumn, type FigureRow, FigureTable } from '../../kit/figure-table.tsx'
import { Progress } from '../../kit/figures.tsx'
import { Empty, ErrorNote } from '../../kit/notes.tsx'
import { SkeletonRows } from '../../kit/skeleton.tsx'
import { Phone } from '../../kit/text-parts.tsx'
import type { ViewProps } from './analytics-page.tsx'
import { fetchPeople, mostKept, type PeopleAsk, type Person, personSorts, usePeople } from './queries.ts'
import { useText } from './words.ts'

/** Points that a part can give at most. */
const most = { received: 40, reply_rate: 30, recency: 20, sent: 10 } as const
const parts = ['received', 'reply_rate', 'recency', 'sent'] as const

const rowOf = (person: Person): FigureRow => {
  const { score_parts: points, ...figures } = person
  return {
    ...figures,
    points_received: points.received,
    points_reply_rate: points.reply_rate,
    points_recency: points.recency,
    points_sent: points.sent,
  }
}

/** People by how much they take part. */
export function PeopleView({ ask, search, onSearch }: ViewProps) {
  const t = useText()
  const format = useFormat()
  const [openAt, setOpenAt] = useState<number>()
  const asked: PeopleAsk = {
    sort: personSorts.find((known) => known === search.sort) ?? 'engagement_score',
    order: search.order ?? 'desc',
    ...(ask.session_id === undefined ? {} : { session_id: ask.session_id }),
  }
  const query = usePeople(asked)
  const pages = query.data?.pages
  const columns = useColumns(setOpenAt)
  if (pages === undefined)
    return query.error === null ? (
      <SkeletonRows />
    ) : (
      <ErrorNote error={query.error} title={t('failed')} onRetry={() => void query.refetch()} />
    )
  const people = pages.flatMap(({ contacts }) => contacts)
  const rows = people.map((person, index) => ({ ...rowOf(person), at: index }))
  const total = pages[0]?.total ?? 0
  const open = openAt === undefined ? undefined : people[openAt]
  if (total === 0) return <Empty title={t('people.none')}>{t('people.none_text')}</Empty>
  return (
    <>
      <p className="mute period-line">{t('people.line', { zone: format.timeZone })}</p>
      <FigureTable
        title={t('people.title', { count: total })}
        file="people"
        keep={t('keep_rows', { count: Math.min(total, mostKept) })}
        columns={columns}
        rows={rows}
        all={async () => (await fetchPeople(asked)).map(rowOf)}
        nameOf={(row) => String(row['name'] ?? row['phone'] ?? t('people.hidden'))}
        onOpen={(row) => setOpenAt(Number(row['at']))}
        onEnd={() => query.hasNextPage && !query.isFetchingNextPage && void query.fetchNextPage()}
        sort={{ by: asked.sort, isDescending: asked.order === 'desc' }}
        onSort={({ by, isDescending }) => onSearch({ sort: by, order: isDescending ? 'desc' : 'asc' })}
      />
      <Dialog
        open={open !== undefined}
        onClose={() => setOpenAt(undefined)}
        title={t('score.title', { name: open?.name ?? open?.phone ?? t('people.hidden') })}
      >
        {open === undefined ? null : <Score person={open} />}
      </Dialog>
    </>
  )
}

function useColumns(onOpen: (at: number) => void): FigureColumn[] {
  const t = useText()
  const format = useFormat()
  return [
    {
      key: 'name',
      label: t('column.person'),
      unit: 'text',
      show: (row) => (
        <button type="button" className="row-button" onClick={() => onOpen(Number(row['at']))}>
          <bdi>{row['name'] ?? t('people.hidden')}</bdi>
        </button>
      ),
    },
    {
      key: 'phone',
      label: t('column.phone'),
      unit: 'phone',
      hides: 'lo',
      show: (row) => (row['phone'] === null ? t('people.hidden') : <Phone number={String(row['phone'])} />),
    },
    {
      key: 'engagement_score',
      label: t('column.score'),
      unit: 'count',
      sort: 'engagement_score',
      show: (row) => <b>{format.number(Number(row['engagement_score']))}</b>,
    },
    { key: 'points_received', label: t('points.received'), unit: 'count', hides: 'lo2' },
    { key: 'points_reply_rate', label: t('points.reply_rate'), unit: 'count', hides: 'lo2' },
    { key: 'points_recency', label: t('points.recency'), unit: 'count', hides: 'lo2' },
    { key: 'points_sent', label: t('points.sent'), unit: 'count', hides: 'lo2' },
    {
      key: 'messages_received',
      label: t('column.received'),
      unit: 'count',
      hides: 'lo',
      sort: 'messages_received',
    },
    { key: 'messages_sent', label: t('column.sent'), unit: 'count', hides: 'lo', sort: 'messages_sent' },
    { key: 'reply_rate', label: t('column.reply_rate'), unit: 'rate', hides: 'lo', sort: 'reply_rate' },
    { key: 'last_active_at', label: t('column.last'), unit: 'timestamp', sort: 'last_active_at' },
  ]
}

/** Where the points of somebody come from, in sentences. */
function Score({ person }: { person: Person }) {
  const t = useText()
  const format = useFormat()
  const { score_parts: points } = person
  const why = {
    received: t('score.received', { count: person.messages_received }),
    reply_rate: t('score.reply_rate', { share: format.percent(person.reply_rate) }),
    recency:
      person.last_active_at === null
        ? t('score.never')
        : t('score.recency', { time: format.ago(person.last_active_at) }),
    sent: t('score.sent', { count: person.messages_sent }),
  }
  return (
    <div className="stack">
      <p>
        <b className="score-sum">{format.number(person.engagement_score)}</b> {t('score.of')}
      </p>
      {parts.map((part) => (
        <div key={part} className="score-part">
          <div className="score-words">
            <b>{t(`points.${part}`)}</b>
            <span className="num">{t('score.points', { points: points[part], most: most[part] })}</span>
          </div>
          <Progress value={points[part] / most[part]} label={t(`points.${part}`)} />
          <p className="mute">{why[part]}</p>
        </div>
      ))}
    </div>
  )
}
