import { type ReactNode, useState } from 'react'
import { Confirm } from '../../kit/confirm.tsx'
import { ErrorNote } from '../../kit/notes.tsx'
import { showToast } from '../../kit/toasts.tsx'
import { useLeadName } from './lead-name.tsx'
import { type Lead, moveLead } from './queries.ts'
import { type LeadStatus, refusalOf } from './status-machine.ts'
import { useText } from './words.ts'

type Movable = Pick<Lead, 'id' | 'lead_status' | 'next_statuses' | 'contact_name' | 'contact_phone'>

/** Moving a lead from wherever it is shown. */
export interface Move {
  /** The lead on its way to the server, and where to: it is shown there already, as busy. */
  moving: { id: string; to: LeadStatus } | undefined
  move(lead: Movable, to: LeadStatus): void
  /** What was refused, with its reason, and the question before what is final: stands on the page once. */
  notes: ReactNode
}

/** Moves leads, asks before what cannot be taken back, and keeps what the server said until it is read. */
export function useMove(): Move {
  const t = useText()
  const nameOf = useLeadName()
  const [moving, setMoving] = useState<Move['moving']>()
  const [failed, setFailed] = useState<{ error: unknown; name: string }>()
  const [asked, setAsked] = useState<Movable>()

  async function send(lead: Movable, to: LeadStatus) {
    await moveLead(lead.id, to)
    // Only from lost a way leads back, so only a new lead that was lost can be undone.
    const undo =
      lead.lead_status === 'new' && to === 'lost'
        ? () => void run({ ...lead, lead_status: to }, 'new')
        : undefined
    showToast({ text: t.of(`moved.${to}`), ...(undo === undefined ? {} : { undo }) })
  }
  async function run(lead: Movable, to: LeadStatus) {
    setMoving({ id: lead.id, to })
    setFailed(undefined)
    try {
      await send(lead, to)
    } catch (error) {
      setFailed({ error, name: nameOf(lead) })
    } finally {
      setMoving(undefined)
    }
  }
  const title = asked === undefined ? '' : t('final.title', { name: nameOf(asked) })
  return {
    moving,
    move(lead, to) {
      if (moving !== undefined || refusalOf(lead, to) !== undefined) return
      if (to === 'converted') setAsked(lead)
      else void run(lead, to)
    },
    notes: (
      <>
        {failed === undefined ? null : (
          <div className="notes">
            <ErrorNote
              error={failed.error}
              title={t.rich('move.failed', { name: <bdi>{failed.name}</bdi> })}
            />
          </div>
        )}
        <Confirm
          open={asked !== undefined}
          onClose={() => setAsked(undefined)}
          title={title}
          action={t('final.action')}
          run={async () => asked !== undefined && send(asked, 'converted')}
        >
          <p>{t('final.text')}</p>
        </Confirm>
      </>
    ),
  }
}
