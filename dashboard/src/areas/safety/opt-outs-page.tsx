import { useNavigate, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { Button } from '../../kit/button.tsx'
import { SearchField, Segments } from '../../kit/filters.tsx'
import { State } from '../../kit/icon.tsx'
import { Empty, ErrorNote } from '../../kit/notes.tsx'
import { SkeletonRows } from '../../kit/skeleton.tsx'
import { type Column, Table } from '../../kit/table.tsx'
import { Phone, Time } from '../../kit/text-parts.tsx'
import { usePermissions } from '../../shell/permissions.ts'
import { AddOptOut, OptOutPane } from './opt-out-dialogs.tsx'
import { type OptOut, useOptOuts } from './queries.ts'
import { SectionPage } from './section-page.tsx'
import { useText } from './words.ts'

/** Who asked not to be written to. */
export function OptOutsPage() {
  const t = useText()
  const navigate = useNavigate({ from: '/safety/opt-outs' })
  const { back: isBack = false } = useSearch({ from: '/app/safety/opt-outs' })
  const { holds } = usePermissions()
  const [search, setSearch] = useState('')
  const [isAdding, setAdding] = useState(false)
  const refused = holds('contacts:manage') ? undefined : t('refused.scope', { scope: 'contacts:manage' })
  return (
    <SectionPage
      section="opt_outs"
      calls={[{ method: 'get', path: '/api/v2/opt-outs', params: { query: { opted_out: !isBack, search } } }]}
      actions={
        <Button look="primary" icon="plus" refused={refused} onClick={() => setAdding(true)}>
          {t('opt_outs.add')}
        </Button>
      }
    >
      <div className="toolbar">
        <Segments
          label={t('opt_outs.which')}
          value={isBack ? 'back' : 'out'}
          onChange={(value) => void navigate({ search: value === 'back' ? { back: true } : {} })}
          options={[
            { value: 'out', label: t('opt_outs.out') },
            { value: 'back', label: t('opt_outs.back') },
          ]}
        />
        <SearchField label={t('opt_outs.search')} value={search} onChange={setSearch} />
      </div>
      <People key={`${isBack} ${search}`} isOptedOut={!isBack} search={search} />
      {isAdding ? <AddOptOut onClose={() => setAdding(false)} /> : null}
    </SectionPage>
  )
}

function People({ isOptedOut, search }: { isOptedOut: boolean; search: string }) {
  const t = useText()
  // Typed as people write numbers: the API takes digits.
  const digits = search.replaceAll(/\D/g, '')
  const query = useOptOuts(isOptedOut, digits)
  const [opened, setOpened] = useState<string>()
  const rows = query.data?.pages.flatMap((page) => page.opt_outs)
  if (rows === undefined)
    return query.error === null ? (
      <SkeletonRows rows={8} />
    ) : (
      <ErrorNote error={query.error} title={t('opt_outs.failed')} onRetry={() => void query.refetch()} />
    )
  const columns: Column<OptOut>[] = [
    {
      id: 'who',
      head: t('column.who'),
      cell: ({ phone }) =>
        phone === null ? (
          <span className="soft">{t('opt_outs.hidden')}</span>
        ) : (
          <button type="button" onClick={() => setOpened(phone)}>
            <Phone number={phone} />
          </button>
        ),
    },
    {
      id: 'state',
      head: t('column.state'),
      cell: (person) => (
        <State shape={person.opted_out ? 'slash' : 'ok'} tone={person.opted_out ? 'off' : 'ok'}>
          {t(person.opted_out ? 'opt_outs.is_out' : 'opt_outs.is_back')}
        </State>
      ),
    },
    { id: 'when', head: t('column.since'), cell: ({ changed_at: at }) => <Time at={at} /> },
  ]
  const isNarrowed = digits !== ''
  const emptyKey = isNarrowed ? 'none' : isOptedOut ? 'empty' : 'empty_back'
  return (
    <>
      {rows.length === 0 ? (
        <Empty title={t(`opt_outs.${emptyKey}_title`)}>{t(`opt_outs.${emptyKey}_text`)}</Empty>
      ) : (
        <Table
          label={t('section.opt_outs')}
          rows={rows}
          columns={columns}
          idOf={({ phone, changed_at: at }) => phone ?? at}
          nameOf={({ phone }) => phone ?? t('opt_outs.hidden')}
          onOpen={({ phone }) => phone !== null && setOpened(phone)}
          onEnd={() => query.hasNextPage && !query.isFetchingNextPage && void query.fetchNextPage()}
        />
      )}
      {opened === undefined ? null : <OptOutPane phone={opened} onClose={() => setOpened(undefined)} />}
    </>
  )
}
