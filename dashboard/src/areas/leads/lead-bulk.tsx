import { useState } from 'react'
import { BulkBar } from '../../kit/bulk-bar.tsx'
import { Dialog } from '../../kit/dialog.tsx'
import { ErrorNote, Note } from '../../kit/notes.tsx'
import { type Selection, useSelection } from '../../kit/selection.ts'
import { useKey } from '../../shell/keys.ts'
import { AddToListDialog, BulkMoveDialog } from './bulk-dialogs.tsx'
import { type LeadFilter, takeSnapshot } from './queries.ts'
import type { Standing } from './status-machine.ts'
import { useText } from './words.ts'

/** The leads that were chosen, with where each was when it was last seen. */
export interface LeadSelection extends Selection {
  isTaking: boolean
  error: unknown
  /** How many matched when all were chosen, if that is more than could be taken. */
  left: number | undefined
  clearError(): void
  standingOf(id: string): Standing | undefined
}

/** A selection whose "all that match" is a snapshot: the leads that matched at that moment, and no others. */
export function useLeadSelection(
  filter: LeadFilter,
  seen: (id: string) => Standing | undefined,
): LeadSelection {
  const plain = useSelection()
  const [snapshot, setSnapshot] = useState<ReadonlyMap<string, Standing>>(new Map())
  const [state, setState] = useState<{ isTaking: boolean; error?: unknown; left?: number | undefined }>({
    isTaking: false,
  })
  async function take() {
    if (state.isTaking) return
    setState({ isTaking: true })
    try {
      const { leads, matching } = await takeSnapshot(filter)
      setSnapshot(new Map(leads.map((lead) => [lead.id, lead])))
      plain.setAll(leads.map((lead) => lead.id))
      setState({ isTaking: false, left: matching > leads.length ? matching : undefined })
    } catch (error) {
      setState({ isTaking: false, error })
    }
  }
  return {
    ...plain,
    isTaking: state.isTaking,
    error: state.error,
    left: state.left,
    clearError: () => setState({ isTaking: false }),
    selectAllMatching: () => void take(),
    standingOf: (id) => seen(id) ?? snapshot.get(id),
    clear() {
      setState({ isTaking: false })
      plain.clear()
    },
  }
}

/** What can be done with the chosen leads. */
export function LeadBulk({
  selection,
  matching,
}: {
  selection: LeadSelection
  matching: number | undefined
}) {
  const t = useText()
  const [opened, setOpened] = useState<'move' | 'list'>()
  // On the board M belongs to the card that has the focus.
  useKey('m', () => {
    const isOnCard = document.activeElement?.closest('[data-lead]') !== null
    if (!isOnCard && selection.count > 0) setOpened('move')
  })
  const close = () => setOpened(undefined)
  return (
    <>
      <BulkBar
        selection={selection}
        {...(matching === undefined || selection.left !== undefined ? {} : { matching })}
      >
        {selection.isTaking ? <span>{t('bulk.counting')}</span> : null}
        <button type="button" onClick={() => setOpened('move')}>
          {t('bulk.move')}
        </button>
        <button type="button" onClick={() => setOpened('list')}>
          {t('bulk.list')}
        </button>
      </BulkBar>
      {selection.left === undefined ? null : (
        <div className="notes">
          <Note tone="info">{t('bulk.newest', { count: selection.count, all: selection.left })}</Note>
        </div>
      )}
      <Dialog open={selection.error !== undefined} onClose={selection.clearError} title={t('bulk.not_taken')}>
        <ErrorNote error={selection.error} title={t('bulk.not_taken')} />
      </Dialog>
      <BulkMoveDialog open={opened === 'move'} onClose={close} selection={selection} />
      <AddToListDialog open={opened === 'list'} onClose={close} selection={selection} />
    </>
  )
}
