import type { ReactNode } from 'react'

/** A card of the settings with its heading, and what the settings in it are about. */
export function Card({ title, text, children }: { title: ReactNode; text?: ReactNode; children: ReactNode }) {
  return (
    <section className="card">
      <header>
        <h2>{title}</h2>
      </header>
      <div className="pad stack">
        {text === undefined ? null : <p className="soft">{text}</p>}
        {children}
      </div>
    </section>
  )
}
