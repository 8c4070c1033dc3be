import { type ReactElement, useEffect, useEffectEvent } from 'react'
import { Menu } from '../../kit/menu.tsx'
import { lookOf } from '../../kit/states.tsx'
import { type LeadStatus, leadStatuses, refusalOf, type Standing } from './status-machine.ts'
import { useText } from './words.ts'

interface MoveMenuProps {
  trigger: ReactElement
  lead: Standing
  open: boolean
  onOpenChange(open: boolean): void
  onMove(to: LeadStatus): void
}

/** Where a lead can go, and why not elsewhere; 1 to 5 choose. */
export function MoveMenu({ trigger, lead, open, onOpenChange, onMove }: MoveMenuProps) {
  const t = useText()
  const onKey = useEffectEvent((event: KeyboardEvent) => {
    const to = leadStatuses[Number(event.key) - 1]
    if (to === undefined || event.ctrlKey || event.metaKey || event.altKey) return
    // Before the menu looks for an item that begins with the figure.
    event.preventDefault()
    event.stopPropagation()
    if (refusalOf(lead, to) !== undefined) return
    onOpenChange(false)
    onMove(to)
  })
  useEffect(() => {
    if (!open) return undefined
    document.addEventListener('keydown', onKey, true)
    return () => document.removeEventListener('keydown', onKey, true)
  }, [open])
  return (
    <Menu
      trigger={trigger}
      title={t('move.title')}
      open={open}
      onOpenChange={onOpenChange}
      groups={[
        leadStatuses.map((to, index) => {
          const refusal = refusalOf(lead, to)
          return {
            id: to,
            label: t.of(`status.${to}`),
            glyph: lookOf('lead', to),
            keys: String(index + 1),
            checked: to === lead.lead_status,
            refused:
              refusal === undefined ? undefined : t.of(`refused.${refusal}`, { to: t.of(`status.${to}`) }),
            onSelect: () => onMove(to),
          }
        }),
      ]}
    />
  )
}
