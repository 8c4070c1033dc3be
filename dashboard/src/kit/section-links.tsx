import { Link, type LinkProps } from '@tanstack/react-router'
import { type ReactNode, useEffect, useRef } from 'react'

/** A part of an area with an address of its own. */
export interface SectionLink {
  to: LinkProps['to']
  label: string
  /** How much waits there. */
  count?: ReactNode
}

/** The parts of an area, below the head; on phones they scroll sideways, with the one that is open in sight. */
export function SectionLinks({ label, links }: { label: string; links: readonly SectionLink[] }) {
  const bar = useRef<HTMLElement>(null)
  useEffect(() => {
    const here = bar.current?.querySelector('[aria-current]')
    here?.scrollIntoView({ block: 'nearest', inline: 'center' })
  }, [])
  return (
    <nav ref={bar} className="toolbar" aria-label={label}>
      <div className="seg">
        {links.map(({ to, label: name, count }) => (
          <Link key={name} to={to} activeOptions={{ exact: true, includeSearch: false }}>
            {name}
            {count === undefined ? null : <span className="n">{count}</span>}
          </Link>
        ))}
      </div>
    </nav>
  )
}
