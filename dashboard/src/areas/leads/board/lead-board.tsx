import { monitorForElements } from '@atlaskit/pragmatic-drag-and-drop/element/adapter'
import { useEffect, useRef, useState } from 'react'
import { useFormat } from '../../../i18n/format.ts'
import type { Selection } from '../../../kit/selection.ts'
import { useKey } from '../../../shell/keys.ts'
import { type Lead, type LeadPages, leadsOf, totalOf } from '../queries.ts'
import { type LeadStatus, leadStatuses } from '../status-machine.ts'
import type { Move } from '../use-move.tsx'
import { useText } from '../words.ts'
import { LeadColumn } from './lead-column.tsx'

/** The lists of the board by state. */
export type BoardPages = Readonly<Record<LeadStatus, LeadPages>>

/** Leads by state, to be moved by dragging, or by M and 1 to 5. */
export function LeadBoard({
  pages,
  move,
  selection,
}: {
  pages: BoardPages
  move: Move
  selection: Selection
}) {
  const t = useText()
  const board = useRef<HTMLElement>(null)
  const dragged = useDragged()
  const [menuOf, setMenuOf] = useState<string>()
  useKey('m', () => setMenuOf(focusedCard()?.dataset['lead']))
  useKey('x', () => {
    const id = focusedCard()?.dataset['lead']
    if (id !== undefined) selection.toggle(id)
  })
  useKey('j', () => step(board.current, 1))
  useKey('k', () => step(board.current, -1))
  return (
    <>
      <StateTabs pages={pages} board={board} />
      <section ref={board} className="board" aria-label={t('board')}>
        {leadStatuses.map((status) => (
          <LeadColumn
            key={status}
            status={status}
            pages={pages[status]}
            leads={leadsIn(status, pages, move.moving)}
            dragged={dragged}
            menuOf={menuOf}
            onMenu={setMenuOf}
            move={move}
            selection={selection}
          />
        ))}
      </section>
    </>
  )
}

/** The leads of a column; one that is being moved stands where it goes, and back at its place when that is refused. */
function leadsIn(status: LeadStatus, pages: BoardPages, moving: Move['moving']): Lead[] {
  const own = leadsOf(pages[status])
  if (moving === undefined) return own
  const others = own.filter(({ id }) => id !== moving.id)
  if (status !== moving.to) return others
  const lead = leadStatuses.flatMap((each) => leadsOf(pages[each])).find(({ id }) => id === moving.id)
  return lead === undefined ? own : [lead, ...others]
}

/** The lead under the pointer while it is dragged. */
function useDragged(): Lead | undefined {
  const [dragged, setDragged] = useState<Lead>()
  useEffect(
    () =>
      monitorForElements({
        // After the browser has taken the picture of the card that it carries.
        onDragStart: ({ source }) => setDragged(source.data['lead'] as Lead),
        onDrop: () => setDragged(undefined),
      }),
    [],
  )
  return dragged
}

function focusedCard(): HTMLElement | undefined {
  return document.activeElement?.closest<HTMLElement>('[data-lead]') ?? undefined
}

/** The next or previous card of the column that has the focus; the first of the board when none has. */
function step(board: HTMLElement | null, by: 1 | -1): void {
  const place = focusedCard()?.parentElement
  const column = place?.closest('.col') ?? board?.querySelector('.col:has([data-lead])')
  const wanted = place === null || place === undefined ? 0 : Number(place.dataset['index']) + by
  const next = column?.querySelector<HTMLElement>(`[data-index="${wanted}"] h3 a`)
  next?.focus()
  next?.scrollIntoView({ block: 'nearest', inline: 'nearest' })
}

/** On phones: the states, each with its number; pressing brings its column. */
function StateTabs({ pages, board }: { pages: BoardPages; board: React.RefObject<HTMLElement | null> }) {
  const t = useText()
  const format = useFormat()
  const [at, setAt] = useState<LeadStatus>('new')
  const show = (status: LeadStatus) => {
    setAt(status)
    board.current?.querySelector(`#col-${status}`)?.scrollIntoView({ inline: 'start', block: 'nearest' })
  }
  return (
    <nav className="states phone-only" aria-label={t('states')}>
      <div className="seg">
        {leadStatuses.map((status) => {
          const total = totalOf(pages[status])
          return (
            <button key={status} type="button" aria-pressed={at === status} onClick={() => show(status)}>
              {t.of(`status.${status}`)}
              <span className="n">{total === undefined ? '' : format.number(total)}</span>
            </button>
          )
        })}
      </div>
    </nav>
  )
}
