import { useNavigate, useSearch } from '@tanstack/react-router'
import { queries } from '../../api/client.ts'
import { useFormat } from '../../i18n/format.ts'
import { Button } from '../../kit/button.tsx'
import { Select, TextField } from '../../kit/field.tsx'
import { Empty, ErrorNote } from '../../kit/notes.tsx'
import { SkeletonRows } from '../../kit/skeleton.tsx'
import { type Column, Table } from '../../kit/table.tsx'
import { Time } from '../../kit/text-parts.tsx'
import { usePermissions } from '../../shell/permissions.ts'
import { auditAreas } from './audit-areas.ts'
import { endOfDay, startOfDay } from './days.ts'
import { type AuditEntry, useAuditLog, usePeople } from './queries.ts'
import type { AuditSearch } from './routes.ts'
import { SectionPage } from './section-page.tsx'
import { useText } from './words.ts'

/** Who changed what, when, and from where. */
export function AuditPage() {
  const t = useText()
  const { isLead, holds } = usePermissions()
  const isAllowed = isLead && holds('settings:manage')
  return (
    <SectionPage
      section="audit"
      calls={[{ method: 'get', path: '/api/v2/audit-logs' }]}
      refused={isAllowed ? undefined : t('refused.role')}
    >
      <Filters />
      <Log />
    </SectionPage>
  )
}

function Filters() {
  const t = useText()
  const format = useFormat()
  const navigate = useNavigate({ from: '/safety/audit' })
  const search = useSearch({ from: '/app/safety/audit' })
  const people = usePeople()
  const set = (changes: AuditSearch) => void navigate({ search: { ...search, ...changes } })
  const isFiltered = Object.values(search).some((value) => value !== undefined)
  const orNone = (value: string) => (value === '' ? undefined : value)
  return (
    <div className="toolbar audit-filters">
      <Select
        label={t('audit.area')}
        value={search.area ?? ''}
        onChange={(event) => set({ area: orNone(event.target.value) })}
        options={[
          { value: '', label: t('audit.all') },
          ...auditAreas.map((area) => ({ value: area, label: t(`audit.of.${area}`) })),
        ]}
      />
      <Select
        label={t('audit.person')}
        value={search.person ?? ''}
        onChange={(event) => set({ person: orNone(event.target.value) })}
        options={[
          { value: '', label: t('audit.all') },
          ...people.map(({ id, full_name: name }) => ({ value: id, label: name })),
        ]}
      />
      <TextField
        label={t('audit.from')}
        type="date"
        max={search.to ?? format.dayKey(new Date())}
        value={search.from ?? ''}
        onChange={(event) => set({ from: orNone(event.target.value) })}
      />
      <TextField
        label={t('audit.to')}
        type="date"
        min={search.from}
        value={search.to ?? ''}
        onChange={(event) => set({ to: orNone(event.target.value) })}
      />
      {isFiltered ? (
        <Button look="quiet" icon="x" onClick={() => void navigate({ search: {} })}>
          {t('audit.clear')}
        </Button>
      ) : null}
      <p className="hint">{t('audit.zone', { zone: format.timeZone })}</p>
    </div>
  )
}

function useColumns(): Column<AuditEntry>[] {
  const t = useText()
  const people = usePeople()
  const { data: keys } = queries.useQuery('get', '/api/v2/api-keys')
  const personOf = (entry: AuditEntry) =>
    people.find(({ id }) => id === entry.user_id)?.full_name ?? t('audit.gone')
  return [
    { id: 'when', head: t('column.time'), cell: ({ created_at: at }) => <Time at={at} seconds /> },
    {
      id: 'who',
      head: t('column.who'),
      cell: (entry) => (
        <>
          <bdi>{personOf(entry)}</bdi>
          {entry.api_key_id === null ? null : (
            <small>
              {t.rich('audit.by_key', {
                key: <bdi>{keys?.find(({ id }) => id === entry.api_key_id)?.name ?? '–'}</bdi>,
              })}
            </small>
          )}
        </>
      ),
    },
    {
      id: 'what',
      head: t('column.what'),
      cell: ({ action }) => {
        const area = auditAreas.find((name) => name === action.split('.')[0])
        return (
          <>
            {area === undefined ? null : `${t(`audit.of.${area}`)} `}
            <span className={`mono ltr soft ${area === undefined ? 'breaks' : 'desk-only'}`}>{action}</span>
          </>
        )
      },
    },
    {
      id: 'target',
      head: t('column.target'),
      hides: 'lo2',
      cell: ({ targets }) => <span className="mono ltr">{Object.values(targets).join(', ')}</span>,
    },
    { id: 'ip', head: t('column.ip'), hides: 'lo', cell: ({ ip }) => <span className="mono ltr">{ip}</span> },
  ]
}

function Log() {
  const t = useText()
  const { timeZone } = useFormat()
  const { area, person, from, to } = useSearch({ from: '/app/safety/audit' })
  const columns = useColumns()
  const query = useAuditLog({
    action: area === undefined ? undefined : `${area}.`,
    user_id: person,
    from: from === undefined ? undefined : startOfDay(from, timeZone).toISOString(),
    to: to === undefined ? undefined : endOfDay(to, timeZone).toISOString(),
  })
  const rows = query.data?.pages.flatMap((page) => page.audit_logs)
  if (rows === undefined)
    return query.error === null ? (
      <SkeletonRows rows={8} />
    ) : (
      <ErrorNote error={query.error} title={t('audit.failed')} onRetry={() => void query.refetch()} />
    )
  if (rows.length === 0) return <Empty title={t('audit.empty_title')}>{t('audit.empty_text')}</Empty>
  return (
    <Table
      label={t('section.audit')}
      rows={rows}
      columns={columns}
      idOf={({ id }) => id}
      nameOf={({ action }) => action}
      onEnd={() => query.hasNextPage && !query.isFetchingNextPage && void query.fetchNextPage()}
    />
  )
}
