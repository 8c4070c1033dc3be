import { useParams } from '@tanstack/react-router'
import { useState } from 'react'
import { Button } from '../../../kit/button.tsx'
import { CurlButton } from '../../../kit/curl.tsx'
import { Loaded } from '../../../kit/loaded.tsx'
import { StateTag } from '../../../kit/states.tsx'
import { useKey } from '../../../shell/keys.ts'
import { Page, PageBody } from '../../../shell/page.tsx'
import { useLeadName } from '../lead-name.tsx'
import '../leads.css'
import { MoveMenu } from '../move-menu.tsx'
import { type LeadDetail, useLead } from '../queries.ts'
import { type Move, useMove } from '../use-move.tsx'
import { useText } from '../words.ts'
import { LeadFacts } from './lead-facts.tsx'
import { LeadNotes } from './lead-notes.tsx'
import { LeadScore } from './lead-score.tsx'
import { LeadTimeline } from './lead-timeline.tsx'

/** One lead: what was said, how it got its score, who cares for it. */
export function LeadPage() {
  const t = useText()
  const { leadId } = useParams({ from: '/app/leads/$leadId' })
  const query = useLead(leadId)
  const nameOf = useLeadName()
  const move = useMove()
  const { data: lead } = query
  return (
    <Page
      title={lead === undefined ? t('title') : nameOf(lead)}
      crumb={{ to: '/leads', label: t('title') }}
      state={lead === undefined ? null : <StateTag kind="lead" value={lead.lead_status} />}
      actions={
        lead === undefined ? null : (
          <>
            <MoveButton lead={lead} move={move} />
            <CurlButton
              calls={[
                { method: 'get', path: '/api/v2/leads/{id}', params: { path: { id: leadId } } },
                {
                  method: 'patch',
                  path: '/api/v2/leads/{id}/status',
                  params: { path: { id: leadId } },
                  body: { status: 'contacted' },
                },
              ]}
            />
          </>
        )
      }
    >
      {move.notes}
      <Loaded query={query} title={t('one.failed')}>
        {(loaded) => (
          <PageBody label={nameOf(loaded)}>
            <div className="two">
              <LeadTimeline lead={loaded} />
              <div className="stack">
                <LeadScore lead={loaded} />
                <LeadFacts lead={loaded} />
                <LeadNotes key={loaded.id} lead={loaded} />
              </div>
            </div>
          </PageBody>
        )}
      </Loaded>
    </Page>
  )
}

function MoveButton({ lead, move }: { lead: LeadDetail; move: Move }) {
  const t = useText()
  const [isOpen, setOpen] = useState(false)
  useKey('m', () => setOpen(true))
  return (
    <MoveMenu
      trigger={
        <Button look="primary" busy={move.moving !== undefined}>
          {t('move.action')}
        </Button>
      }
      lead={lead}
      open={isOpen}
      onOpenChange={setOpen}
      onMove={(to) => move.move(lead, to)}
    />
  )
}
