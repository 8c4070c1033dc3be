import type { ReactNode } from 'react'
import { glyphShapes, iconShapes } from './shapes.tsx'

/** Signs of places and actions by name. */
export type IconName = keyof typeof iconShapes
/** Shapes of states by name. */
export type GlyphName = keyof typeof glyphShapes
/** Colour comes third: after shape and word. */
export type Tone = 'ok' | 'warn' | 'bad' | 'info' | 'off' | 'acc'

/** These point somewhere, so they are mirrored where text runs from right to left. */
const mirrored: ReadonlySet<IconName> = new Set(['back', 'right', 'send'])

interface IconProps {
  name?: IconName
  size?: 's' | 'l'
  /** A shape of the area's own, drawn on 20 by 20, instead of a name. */
  children?: ReactNode
}

/** A sign; always beside a word or in a button with a name, so it is hidden from screen readers. */
export function Icon({ name, size, children }: IconProps) {
  const isMirrored = name !== undefined && mirrored.has(name)
  return (
    <svg className={`i ${size ?? ''} ${isMirrored ? 'flip' : ''}`} viewBox="0 0 20 20" aria-hidden="true">
      {name === undefined ? children : iconShapes[name]}
    </svg>
  )
}

/** The shape of a state, without its word. */
export function Glyph({ name, tone }: { name: GlyphName; tone?: Tone | undefined }) {
  const isMirrored = name === 'sent' || name === 'reply'
  return (
    <svg className={`g dot ${tone ?? ''} ${isMirrored ? 'flip' : ''}`} viewBox="0 0 14 14" aria-hidden="true">
      {glyphShapes[name]}
    </svg>
  )
}

/** A state: shape, word, colour. `loud` only where a person is needed. */
export function State({
  shape,
  tone,
  loud,
  children,
}: {
  shape: GlyphName
  tone: Tone
  loud?: boolean
  children: ReactNode
}) {
  return (
    <span className={`st ${tone} ${loud ? 'loud' : ''}`}>
      <Glyph name={shape} />
      <span>{children}</span>
    </span>
  )
}

/** The arch: the mark of the product. */
export function Mark() {
  return (
    <svg className="mark" viewBox="0 0 32 32" aria-hidden="true">
      <rect width="32" height="32" rx="9" fill="#7a2c6d" />
      <g fill="none" stroke="#fff" strokeWidth="3" strokeLinecap="round">
        <path d="M7 23v-7.2a4.8 4.8 0 0 1 9.6 0V23" opacity=".5" />
        <path d="M12.6 23V14a5.2 5.2 0 0 1 10.4 0v5.6c0 2 1 3.2 2.8 3.4" />
      </g>
    </svg>
  )
}
