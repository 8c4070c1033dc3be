import { type ReactNode, useId } from 'react'

interface CardProps {
  title: ReactNode
  /** Beside the heading: how many there are, or where more is. */
  beside?: ReactNode
  /** What the parts of it are about. */
  text?: ReactNode
  /** Rows that reach to its edges. */
  isFlush?: boolean
  children: ReactNode
}

/** A card with its heading. */
export function Card({ title, beside, text, isFlush, children }: CardProps) {
  const id = useId()
  return (
    <section className="card" aria-labelledby={id}>
      <header>
        <h2 id={id}>{title}</h2>
        {beside}
      </header>
      {isFlush ? (
        children
      ) : (
        <div className="pad stack">
          {text === undefined ? null : <p className="soft">{text}</p>}
          {children}
        </div>
      )}
    </section>
  )
}
