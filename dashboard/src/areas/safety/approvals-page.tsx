import { useNavigate, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { useFormat } from '../../i18n/format.ts'
import { BulkBar } from '../../kit/bulk-bar.tsx'
import { Segments } from '../../kit/filters.tsx'
import { Empty, ErrorNote } from '../../kit/notes.tsx'
import { useSelection } from '../../kit/selection.ts'
import { SkeletonRows } from '../../kit/skeleton.tsx'
import { Table } from '../../kit/table.tsx'
import { usePermissions } from '../../shell/permissions.ts'
import { useApprovalColumns } from './approval-columns.tsx'
import { ApprovalDialog } from './approval-dialog.tsx'
import { type ApprovalStatus, approvalStatuses } from './approval-status.ts'
import { BulkDecision, type Decision } from './bulk-decision.tsx'
import { type Approval, useApprovals, usePendingCount } from './queries.ts'
import { SectionPage } from './section-page.tsx'
import { useText } from './words.ts'

/** Messages of models, agents and tools that wait for a person's word, and what was decided. */
export function ApprovalsPage() {
  const t = useText()
  const format = useFormat()
  const navigate = useNavigate({ from: '/safety' })
  const { status = 'pending' } = useSearch({ from: '/app/safety' })
  const pending = usePendingCount()
  return (
    <SectionPage
      section="approvals"
      calls={[{ method: 'get', path: '/api/v2/approvals', params: { query: { status } } }]}
    >
      <div className="toolbar">
        <Segments
          label={t('approvals.which')}
          value={status}
          onChange={(next) => void navigate({ search: next === 'pending' ? {} : { status: next } })}
          options={approvalStatuses.map((value) => ({
            value,
            label: t(`approvals.${value}`),
            ...(value === 'pending' && pending ? { count: format.number(pending) } : {}),
          }))}
        />
      </div>
      <Queue key={status} status={status} />
    </SectionPage>
  )
}

function Queue({ status }: { status: ApprovalStatus }) {
  const t = useText()
  const query = useApprovals(status)
  const selection = useSelection()
  const { isLead } = usePermissions()
  const [opened, setOpened] = useState<Approval>()
  const [decision, setDecision] = useState<Decision>()
  const columns = useApprovalColumns(status, setOpened)
  const rows = query.data?.pages.flatMap((page) => page.approvals)
  if (rows === undefined)
    return query.error === null ? (
      <SkeletonRows rows={8} />
    ) : (
      <ErrorNote error={query.error} title={t('approvals.failed')} onRetry={() => void query.refetch()} />
    )
  const selected = rows.filter(({ id }) => selection.has(id))
  const isPending = status === 'pending'
  return (
    <>
      {rows.length === 0 ? (
        <Empty title={t(isPending ? 'approvals.empty_title' : 'approvals.none_title')}>
          {t(isPending ? 'approvals.empty_text' : 'approvals.none_text')}
        </Empty>
      ) : (
        <Table
          label={t('section.approvals')}
          rows={rows}
          columns={columns}
          idOf={({ id }: Approval) => id}
          nameOf={({ content_preview: text }: Approval) => text ?? t('approvals.no_text')}
          onOpen={(approval: Approval) => setOpened(approval)}
          onEnd={() => query.hasNextPage && !query.isFetchingNextPage && void query.fetchNextPage()}
          {...(isPending && isLead ? { selection } : {})}
        />
      )}
      {selected.length === 0 ? null : (
        <BulkBar selection={{ ...selection, count: selected.length }}>
          <button type="button" onClick={() => setDecision({ kind: 'approve', approvals: selected })}>
            {t('bulk.approve')}
          </button>
          <button type="button" onClick={() => setDecision({ kind: 'reject', approvals: selected })}>
            {t('bulk.reject')}
          </button>
        </BulkBar>
      )}
      {opened === undefined ? null : (
        <ApprovalDialog key={opened.id} approval={opened} onClose={() => setOpened(undefined)} />
      )}
      {decision === undefined ? null : (
        <BulkDecision
          decision={decision}
          onClose={() => setDecision(undefined)}
          onDecided={(id) => selection.has(id) && selection.toggle(id)}
        />
      )}
    </>
  )
}
