import { draggable } from '@atlaskit/pragmatic-drag-and-drop/element/adapter'
import { Link } from '@tanstack/react-router'
import { useEffect, useRef, useState } from 'react'
import { useFormat } from '../../../i18n/format.ts'
import { IconButton } from '../../../kit/button.tsx'
import { Highlight } from '../../../kit/highlight.tsx'
import type { Selection } from '../../../kit/selection.ts'
import { useLeadName } from '../lead-name.tsx'
import { MoveMenu } from '../move-menu.tsx'
import type { Lead } from '../queries.ts'
import { Score, scoreOf } from '../score.tsx'
import type { LeadStatus } from '../status-machine.ts'
import { useText } from '../words.ts'

interface LeadCardProps {
  lead: Lead
  isBusy: boolean
  isDragged: boolean
  isMenuOpen: boolean
  onMenu(open: boolean): void
  onMove(to: LeadStatus): void
  selection: Selection
}

/** A lead on the board: to drag, to select, to open, and to move by its menu. */
export function LeadCard({ lead, isBusy, isDragged, isMenuOpen, onMenu, onMove, selection }: LeadCardProps) {
  const t = useText()
  const name = useLeadName()(lead)
  const element = useRef<HTMLElement>(null)
  const held = useRef(lead)
  held.current = lead
  useEffect(() => {
    if (element.current === null) return undefined
    return draggable({ element: element.current, getInitialData: () => ({ lead: held.current }) })
  }, [])
  const { last_signal: signal } = lead
  return (
    <article
      ref={element}
      className={`lead ${isDragged ? 'away-now' : ''}`}
      data-lead={lead.id}
      data-selected={selection.has(lead.id) || undefined}
      aria-busy={isBusy || undefined}
    >
      <div className="t">
        <input
          type="checkbox"
          className="check"
          aria-label={t('select', { name })}
          checked={selection.has(lead.id)}
          onChange={() => selection.toggle(lead.id)}
        />
        <h3 className="cut" dir={lead.contact_name === null ? 'ltr' : 'auto'}>
          <Link to="/leads/$leadId" params={{ leadId: lead.id }} draggable={false}>
            <bdi className={lead.contact_name === null ? 'ltr' : ''}>{name}</bdi>
          </Link>
        </h3>
        <Score value={scoreOf(lead)} />
      </div>
      <p className="clamp2" dir="auto">
        {signal.message_preview === null ? (
          <span className="mute">{t('text_gone')}</span>
        ) : (
          <Highlight text={signal.message_preview} word={signal.matched_keyword} />
        )}
      </p>
      <div className="f">
        <span className="cut">
          <bdi>{signal.source_group.name}</bdi>
        </span>
        <span className="sp" />
        <Since at={signal.detected_at} />
        <MoveMenu
          trigger={<IconButton icon="dots" label={t('move.of', { name })} keys="M" className="card-menu" />}
          lead={lead}
          open={isMenuOpen}
          onOpenChange={onMenu}
          onMove={onMove}
        />
      </div>
    </article>
  )
}

const minuteMs = 60_000

/** For how long, as a card has room for it. */
function Since({ at }: { at: string }) {
  const format = useFormat()
  const [now] = useState(Date.now)
  const passed = Math.max(now - Date.parse(at), minuteMs)
  return (
    <time className="nowrap" dateTime={at} title={format.full(at)}>
      {format.duration(passed)}
    </time>
  )
}
