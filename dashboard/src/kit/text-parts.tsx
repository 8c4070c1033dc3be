import type { ReactNode } from 'react'
import { groupPhone, useFormat } from '../i18n/format.ts'
import { Icon } from './icon.tsx'

/** A moment in the tenant's zone: short in place, in full in its title. */
export function Time({ at, seconds }: { at: string | Date | number; seconds?: boolean }) {
  const format = useFormat()
  const date = new Date(at)
  return (
    <time dateTime={date.toISOString()} title={format.full(date)}>
      {format.moment(date, seconds)}
    </time>
  )
}

/** A phone number, always left to right. */
export function Phone({ number }: { number: string }) {
  return <span className="ltr num">{groupPhone(number)}</span>
}

/** A text of a person, in its own direction. */
export function Bdi({ children }: { children: ReactNode }) {
  return <bdi>{children}</bdi>
}

/** A small word on grey ground, such as a label; `colour` is the label's own. */
export function Tag({ children, colour }: { children: ReactNode; colour?: string }) {
  return (
    <span className="tag">
      {colour === undefined ? null : <Swatch colour={colour} />}
      {children}
    </span>
  )
}

function Swatch({ colour }: { colour: string }) {
  return <i style={{ '--c': colour } as React.CSSProperties} />
}

const hues = 360

/** A hue that belongs to a name, the same everywhere. */
function hueOf(name: string): number {
  let sum = 0
  for (const letter of name) sum = (sum * 31 + (letter.codePointAt(0) ?? 0)) % hues
  return sum
}

/** Letters of the first and the last word; of a number its last two figures. */
function initials(name: string): string {
  if (!/\p{L}/u.test(name)) return name.replaceAll(/\D/g, '').slice(-2)
  const words = name
    .trim()
    .split(/\s+/u)
    .filter((word) => /[\p{L}\p{N}]/u.test(word))
  const letters = words.length > 1 ? [words[0], words.at(-1)] : [words[0]]
  return letters
    .map((word) => [...(word ?? '')][0] ?? '')
    .join('')
    .toUpperCase()
}

/** A person, round, or a group, square; without a name, a figure in their place. The name stands beside it. */
export function Avatar({
  name,
  size = 36,
  isGroup,
  children,
}: {
  name: string
  size?: number
  isGroup?: boolean
  children?: ReactNode
}) {
  const letters = initials(name)
  const style = { '--z': `${size}px`, '--h': hueOf(name) } as React.CSSProperties
  return (
    <span className={`av ${isGroup ? 'g' : ''}`} style={style} aria-hidden="true">
      {children ?? (letters === '' ? <Icon name="contacts" size="s" /> : letters)}
    </span>
  )
}
