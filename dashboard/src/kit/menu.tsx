import { Menu as Base } from '@base-ui/react/menu'
import type { ReactElement, ReactNode } from 'react'
import { Glyph, type GlyphName, Icon, type IconName, type Tone } from './icon.tsx'

/** One thing a menu offers. */
export interface MenuItem {
  id: string
  label: ReactNode
  icon?: IconName
  glyph?: readonly [GlyphName, Tone]
  keys?: string
  /** Why it cannot be chosen now; the item stays and can be read. */
  refused?: string | undefined
  /** For items that are one of several: which holds now. */
  checked?: boolean
  onSelect(): void
}

interface MenuProps {
  /** What opens it, a button. */
  trigger: ReactElement
  /** What the items are about. */
  title?: ReactNode
  /** Groups are parted by a line. */
  groups: readonly (readonly MenuItem[])[]
  open?: boolean
  onOpenChange?(open: boolean): void
}

/** A menu under its button, with arrows, first letters and Escape. */
export function Menu({ trigger, title, groups, open, onOpenChange }: MenuProps) {
  const control = open === undefined ? {} : { open }
  return (
    <Base.Root {...control} onOpenChange={(next) => onOpenChange?.(next)}>
      <Base.Trigger render={trigger} />
      <Base.Portal>
        <Base.Positioner className="layer" sideOffset={4} align="end" collisionPadding={8}>
          <Base.Popup className="pop">
            {title === undefined ? null : <h3>{title}</h3>}
            {groups.map((items, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: groups have no other name and never move
              <Base.Group key={index}>
                {index === 0 ? null : <Base.Separator className="parting" />}
                {items.map((item) => (
                  <Item key={item.id} item={item} />
                ))}
              </Base.Group>
            ))}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  )
}

function Item({ item }: { item: MenuItem }) {
  const { label, icon, glyph, keys, refused, checked, onSelect } = item
  const isRefused = refused !== undefined
  return (
    <Base.Item
      className="opt"
      aria-disabled={isRefused || undefined}
      aria-current={checked || undefined}
      closeOnClick={!isRefused}
      onClick={isRefused ? undefined : onSelect}
    >
      {icon === undefined ? null : <Icon name={icon} size="s" />}
      {glyph === undefined ? null : <Glyph name={glyph[0]} tone={glyph[1]} />}
      <span>
        {label}
        {isRefused ? <small>{refused}</small> : null}
      </span>
      {checked ? <Glyph name="ok" tone="acc" /> : null}
      {keys === undefined ? null : <kbd>{keys}</kbd>}
    </Base.Item>
  )
}
