import { dropTargetForElements } from '@atlaskit/pragmatic-drag-and-drop/element/adapter'
import { useVirtualizer } from '@tanstack/react-virtual'
import { memo, useEffect, useEffectEvent, useRef, useState } from 'react'
import { useFormat } from '../../../i18n/format.ts'
import { Glyph } from '../../../kit/icon.tsx'
import { ErrorNote } from '../../../kit/notes.tsx'
import type { Selection } from '../../../kit/selection.ts'
import { SkeletonRows } from '../../../kit/skeleton.tsx'
import { lookOf } from '../../../kit/states.tsx'
import { useLeadName } from '../lead-name.tsx'
import { type Lead, type LeadPages, totalOf } from '../queries.ts'
import { type LeadStatus, refusalOf } from '../status-machine.ts'
import type { Move } from '../use-move.tsx'
import { useText } from '../words.ts'
import { LeadCard } from './lead-card.tsx'

interface LeadColumnProps {
  status: LeadStatus
  pages: LeadPages
  /** Those of the pages, and the one that is on its way here. */
  leads: readonly Lead[]
  /** The lead that is being dragged, from whichever column. */
  dragged: Lead | undefined
  menuOf: string | undefined
  onMenu(leadId: string | undefined): void
  move: Move
  selection: Selection
}

/** A state of the board: how many leads, those in sight, and while dragging what a drop would do. */
export function LeadColumn(props: LeadColumnProps) {
  const { status, pages, dragged } = props
  const t = useText()
  const format = useFormat()
  const element = useRef<HTMLElement>(null)
  const isOver = useDrop(element, props)
  const total = totalOf(pages)
  const [shape, tone] = lookOf('lead', status)
  const name = t.of(`status.${status}`)
  return (
    <section
      ref={element}
      className="col"
      id={`col-${status}`}
      aria-label={t('column', { name, count: total ?? 0 })}
    >
      <header>
        <Glyph name={shape} tone={tone} />
        <h2>{name}</h2>
        <span className="n">{total === undefined ? null : format.number(total)}</span>
      </header>
      {dragged === undefined ? null : <DropNote status={status} dragged={dragged} isOver={isOver} />}
      <Cards {...props} />
    </section>
  )
}

/** Takes a lead that may come here; says so while it is above. */
function useDrop(element: React.RefObject<HTMLElement | null>, { status, move }: LeadColumnProps): boolean {
  const [isOver, setOver] = useState(false)
  const drop = useEffectEvent((lead: Lead) => move.move(lead, status))
  useEffect(() => {
    if (element.current === null) return undefined
    return dropTargetForElements({
      element: element.current,
      canDrop: ({ source }) => refusalOf(source.data['lead'] as Lead, status) === undefined,
      onDragEnter: () => setOver(true),
      onDragLeave: () => setOver(false),
      onDrop: ({ source }) => {
        setOver(false)
        drop(source.data['lead'] as Lead)
      },
    })
  }, [element, status])
  return isOver
}

function DropNote({ status, dragged, isOver }: { status: LeadStatus; dragged: Lead; isOver: boolean }) {
  const t = useText()
  const name = useLeadName()(dragged)
  const refusal = refusalOf(dragged, status)
  if (refusal === 'same')
    return (
      <div className="away cut">
        <bdi>{name}</bdi>
      </div>
    )
  if (refusal === undefined)
    return <div className={`ghost ${isOver ? 'over' : ''}`}>{t.of(`drop.${status}`)}</div>
  return (
    <div className="refuse" role="note">
      <Glyph name="slash" tone="off" />
      <span>{t.of(`refused.${refusal}`, { to: t.of(`status.${status}`) })}</span>
    </div>
  )
}

const cardHeight = 118
const gap = 8
const overscan = 4

function Cards(props: LeadColumnProps) {
  const { status, pages, leads } = props
  const t = useText()
  const scroller = useRef<HTMLDivElement>(null)
  const virtual = useVirtualizer({
    count: leads.length,
    getScrollElement: () => scroller.current,
    getItemKey: (index) => leads[index]?.id ?? index,
    estimateSize: () => cardHeight,
    gap,
    overscan,
    onChange: ({ range }) => {
      const isNearEnd = range !== null && range.endIndex >= leads.length - overscan
      if (isNearEnd && pages.hasNextPage && !pages.isFetchingNextPage) void pages.fetchNextPage()
    },
  })
  return (
    // biome-ignore lint/a11y/useSemanticElements: cards that are not in the page cannot be items of a list
    <div ref={scroller} className="cards" role="group" aria-label={t.of(`status.${status}`)} tabIndex={-1}>
      {pages.error === null ? null : (
        <ErrorNote error={pages.error} title={t('list.failed')} onRetry={() => void pages.refetch()} />
      )}
      {pages.data === undefined && pages.error === null ? <SkeletonRows rows={4} /> : null}
      {pages.data !== undefined && leads.length === 0 ? (
        <p className="rest">{t.of(`none.${status}`)}</p>
      ) : null}
      <div className="cards-all" style={{ blockSize: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map(({ index, key, start }) => {
          const lead = leads[index]
          return lead === undefined ? null : (
            <div
              key={key}
              ref={virtual.measureElement}
              data-index={index}
              className="card-place"
              style={{ transform: `translateY(${start}px)` }}
            >
              <Card {...props} lead={lead} />
            </div>
          )
        })}
      </div>
    </div>
  )
}

/** Drawn anew only when something of it changes: scrolling draws the cards that come into sight alone. */
const Card = memo(function Card({
  lead,
  dragged,
  menuOf,
  onMenu,
  move,
  selection,
}: LeadColumnProps & { lead: Lead }) {
  return (
    <LeadCard
      lead={lead}
      isBusy={move.moving?.id === lead.id}
      isDragged={dragged?.id === lead.id}
      isMenuOpen={menuOf === lead.id}
      onMenu={(open) => onMenu(open ? lead.id : undefined)}
      onMove={(to) => move.move(lead, to)}
      selection={selection}
    />
  )
})
