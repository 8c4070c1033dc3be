import { useState } from 'react'
import { useFormat } from '../../i18n/format.ts'
import { IconButton } from '../../kit/button.tsx'
import { Card } from '../../kit/card.tsx'
import { Confirm } from '../../kit/confirm.tsx'
import { FileDrop } from '../../kit/file-drop.tsx'
import { State } from '../../kit/icon.tsx'
import { Loaded } from '../../kit/loaded.tsx'
import { Menu } from '../../kit/menu.tsx'
import { Empty, ErrorNote } from '../../kit/notes.tsx'
import { type Column, Table } from '../../kit/table.tsx'
import { Time } from '../../kit/text-parts.tsx'
import { usePermissions } from '../../shell/permissions.ts'
import { KnowledgeSearch } from './knowledge-search.tsx'
import { addSource, deleteSource, type Source, useSources } from './queries.ts'
import { SectionPage } from './section-page.tsx'
import { useText } from './words.ts'

const accepted = '.pdf,.docx,.html,.htm,.md,.txt'

/** The documents that answers come from, how they stand, and a question to try them with. */
export function KnowledgePage() {
  return (
    <SectionPage section="knowledge" calls={[{ method: 'get', path: '/api/v2/ai/knowledge/sources' }]}>
      <Knowledge />
    </SectionPage>
  )
}

function Knowledge() {
  const t = useText()
  const query = useSources()
  const { holds } = usePermissions()
  return (
    <Loaded query={query} title={t('knowledge.failed')}>
      {(sources) => (
        <div className="two">
          <div className="stack">
            {holds('ai:manage') ? <Adding /> : null}
            {sources.length === 0 ? (
              <Empty title={t('knowledge.empty_title')}>{t('knowledge.empty_text')}</Empty>
            ) : (
              <Card title={t('knowledge.documents')} isFlush>
                <Sources sources={sources} />
              </Card>
            )}
          </div>
          <div className="stack">{sources.length === 0 ? null : <KnowledgeSearch />}</div>
        </div>
      )}
    </Loaded>
  )
}

/** A place to drop a file; what was not taken stays with its reason until the next. */
function Adding() {
  const t = useText()
  const [sending, setSending] = useState<string>()
  const [failed, setFailed] = useState<{ file: File; error: unknown }>()
  async function add(file: File) {
    if (sending !== undefined) return
    setSending(file.name)
    setFailed(undefined)
    try {
      await addSource(file)
    } catch (error) {
      setFailed({ file, error })
    } finally {
      setSending(undefined)
    }
  }
  return (
    <>
      <FileDrop accept={accepted} onFile={(file) => void add(file)}>
        {sending === undefined ? (
          t('knowledge.drop')
        ) : (
          <span role="status">{t.rich('knowledge.sending', { name: <bdi>{sending}</bdi> })}</span>
        )}
      </FileDrop>
      {failed === undefined ? null : (
        <ErrorNote
          error={failed.error}
          title={t.rich('knowledge.not_taken', { name: <bdi>{failed.file.name}</bdi> })}
          onRetry={() => void add(failed.file)}
        />
      )}
    </>
  )
}

const looks = {
  processing: ['spin', 'info', 'knowledge.is_waiting'],
  indexed: ['ok', 'ok', 'knowledge.is_indexed'],
  failed: ['tri', 'bad', 'knowledge.is_failed'],
} as const

function Sources({ sources }: { sources: readonly Source[] }) {
  const t = useText()
  const format = useFormat()
  const { holds } = usePermissions()
  const [deleting, setDeleting] = useState<Source>()
  const columns: Column<Source>[] = [
    {
      id: 'name',
      head: t('knowledge.name'),
      cell: ({ name, error }) => (
        <>
          <bdi className="breaks">{name}</bdi>
          {error === null ? null : <small dir="auto">{error}</small>}
        </>
      ),
    },
    {
      id: 'state',
      head: t('knowledge.state'),
      cell: ({ status }) => {
        const [shape, tone, words] = looks[status]
        return (
          <State shape={shape} tone={tone}>
            {t(words)}
          </State>
        )
      },
    },
    {
      id: 'pages',
      head: t('knowledge.pages'),
      isNumber: true,
      hides: 'lo2',
      cell: ({ pages, pages_with_text: some }) =>
        pages === null ? '–' : `${format.number(some ?? pages)} / ${format.number(pages)}`,
    },
    {
      id: 'passages',
      head: t('knowledge.passages'),
      isNumber: true,
      hides: 'lo',
      cell: ({ chunk_count: count }) => format.number(count),
    },
    {
      id: 'size',
      head: t('knowledge.size'),
      isNumber: true,
      hides: 'lo2',
      cell: ({ bytes }) => format.bytes(bytes),
    },
    { id: 'added', head: t('knowledge.added'), hides: 'lo', cell: ({ created_at: at }) => <Time at={at} /> },
    {
      id: 'more',
      head: <span className="sr">{t('knowledge.delete')}</span>,
      cell: (source) => (
        <Menu
          trigger={<IconButton icon="dots" label={t('more', { name: source.name })} />}
          groups={[
            [
              {
                id: 'delete',
                label: t('knowledge.delete'),
                refused: holds('ai:manage') ? undefined : t('refused.scope', { scope: 'ai:manage' }),
                onSelect: () => setDeleting(source),
              },
            ],
          ]}
        />
      ),
    },
  ]
  return (
    <>
      <Table
        label={t('knowledge.documents')}
        rows={sources}
        columns={columns}
        idOf={({ id }) => id}
        nameOf={({ name }) => name}
      />
      <Confirm
        open={deleting !== undefined}
        onClose={() => setDeleting(undefined)}
        isLoss
        title={t('knowledge.delete_title', { name: deleting?.name ?? '' })}
        action={t('knowledge.delete_action')}
        keep={t('keep')}
        run={async () => deleting !== undefined && deleteSource(deleting.id)}
      >
        <p>{t('knowledge.delete_text')}</p>
      </Confirm>
    </>
  )
}
