import { useNavigate, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { Segments } from '../../kit/filters.tsx'
import { Empty, ErrorNote } from '../../kit/notes.tsx'
import { SkeletonRows } from '../../kit/skeleton.tsx'
import { type Column, Table } from '../../kit/table.tsx'
import { Time } from '../../kit/text-parts.tsx'
import { DraftDialog } from './draft-dialog.tsx'
import { Recipient, useReasons } from './draft-words.tsx'
import { type DraftStatus, draftStatuses, type ReplyDraft, useDrafts } from './queries.ts'
import { SectionPage } from './section-page.tsx'
import { useText } from './words.ts'

/** Replies that models wrote and people send, and what became of earlier ones. */
export function DraftsPage() {
  const t = useText()
  const navigate = useNavigate({ from: '/ai/drafts' })
  const { status = 'pending' } = useSearch({ from: '/app/ai/drafts' })
  return (
    <SectionPage
      section="drafts"
      isFlush
      calls={[{ method: 'get', path: '/api/v2/ai/drafts', params: { query: { status } } }]}
    >
      <div className="toolbar">
        <Segments
          label={t('drafts.which')}
          value={status}
          onChange={(next) => void navigate({ search: next === 'pending' ? {} : { status: next } })}
          options={draftStatuses.map((value) => ({ value, label: t(`drafts.${value}`) }))}
        />
      </div>
      <Queue key={status} status={status} />
    </SectionPage>
  )
}

function Queue({ status }: { status: DraftStatus }) {
  const t = useText()
  const reasons = useReasons()
  const query = useDrafts(status)
  const [opened, setOpened] = useState<ReplyDraft>()
  const rows = query.data?.pages.flatMap((page) => page.drafts)
  if (rows === undefined)
    return query.error === null ? (
      <SkeletonRows rows={6} />
    ) : (
      <div className="notes">
        <ErrorNote error={query.error} title={t('drafts.failed')} onRetry={() => void query.refetch()} />
      </div>
    )
  if (rows.length === 0)
    return (
      <Empty title={t(status === 'pending' ? 'drafts.empty_title' : 'drafts.none_title')}>
        {t('drafts.empty_text')}
      </Empty>
    )
  const columns: Column<ReplyDraft>[] = [
    {
      id: 'reply',
      head: t('drafts.reply'),
      cell: (draft) => (
        <button type="button" className="clamp2" dir="auto" onClick={() => setOpened(draft)}>
          {draft.reply}
        </button>
      ),
    },
    { id: 'to', head: t('drafts.to'), cell: (draft) => <Recipient draft={draft} /> },
    {
      id: 'why',
      head: t('drafts.why'),
      hides: 'lo',
      cell: (draft) => <span className="soft">{reasons(draft)}</span>,
    },
    { id: 'when', head: t('drafts.when'), cell: ({ created_at: at }) => <Time at={at} /> },
  ]
  return (
    <>
      <Table<ReplyDraft>
        label={t('section.drafts')}
        rows={rows}
        columns={columns}
        idOf={({ id }) => id}
        nameOf={({ reply }) => reply}
        onOpen={setOpened}
        onEnd={() => query.hasNextPage && !query.isFetchingNextPage && void query.fetchNextPage()}
        rowHeight={52}
      />
      {opened === undefined ? null : (
        <DraftDialog key={opened.id} draft={opened} onClose={() => setOpened(undefined)} />
      )}
    </>
  )
}
