import { useState } from 'react'
import { useFormat } from '../../i18n/format.ts'
import { Button, IconButton } from '../../kit/button.tsx'
import { Confirm } from '../../kit/confirm.tsx'
import { State } from '../../kit/icon.tsx'
import { Loaded } from '../../kit/loaded.tsx'
import { Menu } from '../../kit/menu.tsx'
import { Empty, ErrorNote } from '../../kit/notes.tsx'
import { type Column, Table } from '../../kit/table.tsx'
import { Time } from '../../kit/text-parts.tsx'
import { showToast } from '../../kit/toasts.tsx'
import { CollectorDialog } from './collector-dialog.tsx'
import {
  type Collector,
  changeCollector,
  deleteCollector,
  runCollector,
  useCollectors,
  useSessions,
} from './queries.ts'
import { SectionPage, useRefusal } from './section-page.tsx'
import { useText } from './words.ts'

/** What decides which messages become reviews. */
export function CollectorsPage() {
  const t = useText()
  const query = useCollectors()
  const refused = useRefusal()
  const [isMaking, setMaking] = useState(false)
  return (
    <SectionPage
      section="collectors"
      calls={[{ method: 'get', path: '/api/v2/reviews/collectors' }]}
      actions={
        <Button look="primary" icon="plus" refused={refused} onClick={() => setMaking(true)}>
          {t('collectors.new')}
        </Button>
      }
    >
      <Loaded query={query} title={t('collectors.failed')}>
        {({ collectors }) =>
          collectors.length === 0 ? (
            <Empty title={t('collectors.empty_title')}>{t('collectors.empty_text')}</Empty>
          ) : (
            <Collectors collectors={collectors} />
          )
        }
      </Loaded>
      {isMaking ? <CollectorDialog onClose={() => setMaking(false)} /> : null}
    </SectionPage>
  )
}

type Opened = { is: 'edit' | 'delete'; collector: Collector }

function Collectors({ collectors }: { collectors: readonly Collector[] }) {
  const t = useText()
  const [opened, setOpened] = useState<Opened>()
  const [failed, setFailed] = useState<unknown>()
  const columns = useColumns(setOpened, setFailed)
  const { is, collector } = opened ?? {}
  return (
    <>
      {failed === undefined ? null : (
        <div className="notes">
          <ErrorNote error={failed} title={t('collector.failed')} />
        </div>
      )}
      <Table
        label={t('section.collectors')}
        rows={collectors}
        columns={columns}
        idOf={({ id }) => id}
        nameOf={({ name }) => name}
        rowHeight={52}
      />
      {is === 'edit' && collector !== undefined ? (
        <CollectorDialog collector={collector} onClose={() => setOpened(undefined)} />
      ) : null}
      <Confirm
        open={is === 'delete'}
        onClose={() => setOpened(undefined)}
        isLoss
        title={t('collector.delete_title', { name: collector?.name ?? '' })}
        action={t('delete.action')}
        keep={t('keep')}
        run={async () => collector !== undefined && deleteCollector(collector.id)}
      >
        <p>{t('collector.delete_text', { count: collector?.review_count ?? 0 })}</p>
      </Confirm>
    </>
  )
}

function useColumns(
  onOpen: (opened: Opened) => void,
  onFailed: (error: unknown) => void,
): Column<Collector>[] {
  const t = useText()
  const format = useFormat()
  const { data: sessions } = useSessions()
  return [
    {
      id: 'name',
      head: t('column.name'),
      cell: (collector) => (
        <>
          <bdi>{collector.name}</bdi>
          {collector.description === null ? null : <small dir="auto">{collector.description}</small>}
        </>
      ),
    },
    {
      id: 'number',
      head: t('column.number'),
      hides: 'lo',
      cell: (collector) => <bdi>{sessions?.find(({ id }) => id === collector.session_id)?.name}</bdi>,
    },
    { id: 'state', head: t('column.state'), cell: (collector) => <CollectorState collector={collector} /> },
    {
      id: 'reviews',
      head: t('column.reviews'),
      isNumber: true,
      cell: ({ review_count: count }) => format.number(count),
    },
    {
      id: 'run',
      head: t('column.last_run'),
      hides: 'lo',
      cell: ({ last_run_at: at }) => (at === null ? t('never') : <Time at={at} />),
    },
    {
      id: 'more',
      head: <span className="sr">{t('column.state')}</span>,
      cell: (collector) => <CollectorMenu collector={collector} onOpen={onOpen} onFailed={onFailed} />,
    },
  ]
}

function CollectorState({ collector }: { collector: Collector }) {
  const t = useText()
  if (collector.is_running)
    return (
      <State shape="spin" tone="info">
        {t('collector.running')}
      </State>
    )
  return (
    <State shape={collector.is_active ? 'ok' : 'ring'} tone={collector.is_active ? 'ok' : 'off'}>
      {t(collector.is_active ? 'collector.active' : 'collector.off')}
    </State>
  )
}

function CollectorMenu({
  collector,
  onOpen,
  onFailed,
}: {
  collector: Collector
  onOpen(opened: Opened): void
  onFailed(error: unknown): void
}) {
  const t = useText()
  const refused = useRefusal()
  const { id, is_active: isActive, is_running: isRunning } = collector
  const cannotRun = isRunning ? t('collector.running') : isActive ? undefined : t('collector.off')
  async function act(run: () => Promise<void>, told?: string) {
    onFailed(undefined)
    try {
      await run()
      if (told !== undefined) showToast({ text: told })
    } catch (error) {
      onFailed(error)
    }
  }
  return (
    <Menu
      trigger={<IconButton icon="dots" label={t('more', { name: collector.name })} />}
      groups={[
        [
          {
            id: 'run',
            label: t('run'),
            refused: refused ?? cannotRun,
            onSelect: () => void act(() => runCollector(id), t('run.started')),
          },
          {
            id: 'edit',
            label: t('collector.edit'),
            refused,
            onSelect: () => onOpen({ is: 'edit', collector }),
          },
          {
            id: 'toggle',
            label: t(isActive ? 'collector.switch_off' : 'collector.switch_on'),
            refused,
            onSelect: () => void act(() => changeCollector(id, { is_active: !isActive })),
          },
        ],
        [{ id: 'delete', label: t('delete'), refused, onSelect: () => onOpen({ is: 'delete', collector }) }],
      ]}
    />
  )
}
