import { useState } from 'react'
import { useFormat } from '../../i18n/format.ts'
import { Dialog } from '../../kit/dialog.tsx'
import { type FigureColumn, type FigureRow, FigureTable } from '../../kit/figure-table.tsx'
import { Funnel, Shares } from '../../kit/figures.tsx'
import { Loaded } from '../../kit/loaded.tsx'
import { Empty, ErrorNote } from '../../kit/notes.tsx'
import { SkeletonRows } from '../../kit/skeleton.tsx'
import { StateTag } from '../../kit/states.tsx'
import type { ViewProps } from './analytics-page.tsx'
import {
  type Campaign,
  type CampaignsAsk,
  campaignSorts,
  fetchCampaigns,
  mostKept,
  useCampaign,
  useCampaigns,
} from './queries.ts'
import { useText } from './words.ts'

const rowOf = ({ job_id, name, status, created_at, funnel, rates }: Campaign): FigureRow => ({
  job_id,
  name,
  status,
  created_at,
  ...funnel,
  ...rates,
})

/** Campaigns side by side: how many of each got how far. */
export function CampaignsView({ ask, search, onSearch }: ViewProps) {
  const t = useText()
  const format = useFormat()
  const [openId, setOpenId] = useState<string>()
  const asked: CampaignsAsk = {
    from: ask.from,
    to: ask.to,
    sort: campaignSorts.find((known) => known === search.sort) ?? 'created_at',
    order: search.order ?? 'desc',
    ...(ask.session_id === undefined ? {} : { session_id: ask.session_id }),
  }
  const query = useCampaigns(asked)
  const columns = useColumns(setOpenId)
  const pages = query.data?.pages
  if (pages === undefined)
    return query.error === null ? (
      <SkeletonRows />
    ) : (
      <ErrorNote error={query.error} title={t('failed')} onRetry={() => void query.refetch()} />
    )
  const rows = pages.flatMap(({ campaigns }) => campaigns.map(rowOf))
  const total = pages[0]?.total ?? 0
  if (total === 0) return <Empty title={t('campaigns.none')}>{t('campaigns.none_text')}</Empty>
  return (
    <>
      <p className="mute period-line">{t('times_in', { zone: format.timeZone })}</p>
      <FigureTable
        title={t('campaigns.title', { count: total })}
        file={`campaigns-${ask.from}-${ask.to}`}
        keep={t('keep_rows', { count: Math.min(total, mostKept) })}
        columns={columns}
        rows={rows}
        all={async () => (await fetchCampaigns(asked)).map(rowOf)}
        idOf={(row) => String(row['job_id'])}
        nameOf={(row) => String(row['name'])}
        onOpen={(row) => setOpenId(String(row['job_id']))}
        onEnd={() => query.hasNextPage && !query.isFetchingNextPage && void query.fetchNextPage()}
        sort={{ by: asked.sort, isDescending: asked.order === 'desc' }}
        onSort={({ by, isDescending }) => onSearch({ sort: by, order: isDescending ? 'desc' : 'asc' })}
      />
      <Dialog
        open={openId !== undefined}
        onClose={() => setOpenId(undefined)}
        title={String(rows.find((row) => row['job_id'] === openId)?.['name'] ?? '')}
        wide
      >
        {openId === undefined ? null : <CampaignFunnel id={openId} />}
      </Dialog>
    </>
  )
}

function useColumns(onOpen: (id: string) => void): FigureColumn[] {
  const t = useText()
  return [
    {
      key: 'name',
      label: t('column.campaign'),
      unit: 'text',
      show: (row) => (
        <button type="button" className="row-button" onClick={() => onOpen(String(row['job_id']))}>
          <bdi>{row['name']}</bdi>
        </button>
      ),
    },
    {
      key: 'status',
      label: t('column.state'),
      unit: 'text',
      hides: 'lo',
      show: (row) => <StateTag kind="job" value={row['status'] as Campaign['status']} />,
    },
    { key: 'created_at', label: t('column.made'), unit: 'timestamp', hides: 'lo2', sort: 'created_at' },
    { key: 'total', label: t('column.total'), unit: 'count' },
    { key: 'sent', label: t('column.sent'), unit: 'count', hides: 'lo' },
    {
      key: 'delivered',
      label: t('column.delivered'),
      unit: 'count',
      hides: 'lo',
      show: (row) => <CampaignShares row={row} />,
    },
    { key: 'read', label: t('column.read'), unit: 'count', hides: 'lo2' },
    { key: 'replied', label: t('column.replied'), unit: 'count', hides: 'lo2' },
    { key: 'opted_out', label: t('column.opted_out'), unit: 'count', hides: 'lo2' },
    {
      key: 'delivery_rate',
      label: t('column.delivery_rate'),
      unit: 'rate',
      hides: 'lo2',
      sort: 'delivery_rate',
    },
    { key: 'read_rate', label: t('column.read_rate'), unit: 'rate', hides: 'lo', sort: 'read_rate' },
    { key: 'reply_rate', label: t('column.reply_rate'), unit: 'rate', sort: 'reply_rate' },
  ]
}

/** How far those reached have come, as one bar beside the number. */
function CampaignShares({ row }: { row: FigureRow }) {
  const t = useText()
  const format = useFormat()
  const count = (key: string) => Number(row[key] ?? 0)
  const [delivered, read, replied] = [count('delivered'), count('read'), count('replied')]
  const part = (id: 'replied' | 'read' | 'delivered', value: number, colour: string) => ({
    id,
    count: Math.max(value, 0),
    words: t(`column.${id}`),
    colour,
  })
  return (
    <span className="reach">
      {format.number(delivered)}
      <Shares
        label={String(row['name'])}
        total={count('total')}
        shares={[
          part('replied', replied, 'var(--ramp-1)'),
          part('read', read - replied, 'var(--ramp-2)'),
          part('delivered', delivered - Math.max(read, replied), 'var(--ramp-4)'),
        ]}
      />
    </span>
  )
}

const steps = ['total', 'sent', 'delivered', 'read', 'replied'] as const
const rest = ['ignored', 'failed', 'skipped', 'opted_out', 'read_unknown'] as const

function CampaignFunnel({ id }: { id: string }) {
  const t = useText()
  const query = useCampaign(id)
  return (
    <Loaded query={query} title={t('failed')}>
      {({ funnel, failures, skips }) => (
        <div className="stack">
          <Funnel
            steps={steps.map((key, index) => ({
              id: key,
              label: t(`column.${key}`),
              count: funnel[key],
              colour: `var(--ramp-${Math.min(index + 1, 4)})`,
            }))}
          />
          <dl className="tally">
            {rest
              .filter((key) => funnel[key] > 0)
              .map((key) => (
                <Fact key={key} label={t(`column.${key}`)} count={funnel[key]} />
              ))}
          </dl>
          <Reasons title={t('campaigns.failures')} reasons={failures} />
          <Reasons title={t('campaigns.skips')} reasons={skips} />
        </div>
      )}
    </Loaded>
  )
}

function Fact({ label, count }: { label: string; count: number }) {
  const format = useFormat()
  return (
    <>
      <dt>{label}</dt>
      <dd className="num">{format.number(count)}</dd>
    </>
  )
}

function Reasons({
  title,
  reasons,
}: {
  title: string
  reasons: readonly { reason: string; count: number }[]
}) {
  if (reasons.length === 0) return null
  return (
    <section>
      <h4>{title}</h4>
      <dl className="tally">
        {reasons.map(({ reason, count }) => (
          <Fact key={reason} label={reason} count={count} />
        ))}
      </dl>
    </section>
  )
}
