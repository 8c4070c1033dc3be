import { Link, type LinkProps } from '@tanstack/react-router'
import { type ReactNode, useEffect } from 'react'
import { Icon } from '../kit/icon.tsx'

interface PageProps {
  /** The first heading, and the title of the tab. */
  title: string
  /** Above it in the tree: a link back, which is an arrow on phones. */
  crumb?: { to: LinkProps['to']; params?: LinkProps['params']; search?: LinkProps['search']; label: string }
  /** The state of what the page is about, beside its title. */
  state?: ReactNode
  /** At most one primary button; then `CurlButton`. */
  actions?: ReactNode
  children: ReactNode
}

/** The sheet of a page with its head: title, state, actions. Content follows as `PageBody`, or as panes of its own. */
export function Page({ title, crumb, state, actions, children }: PageProps) {
  useEffect(() => {
    document.title = `${title} · MoltFlow`
  }, [title])
  return (
    <main className="sheet" id="main" tabIndex={-1}>
      <div className="head">
        {crumb === undefined ? null : (
          <Link className="crumb" to={crumb.to} params={crumb.params as never} search={crumb.search as never}>
            <span className="desk-only crumb-words">
              {crumb.label}
              <Icon name="right" size="s" />
            </span>
            <span className="phone-only">
              <Icon name="back" />
              <span className="sr">{crumb.label}</span>
            </span>
          </Link>
        )}
        <h1 className="cut">
          <bdi>{title}</bdi>
        </h1>
        {state === undefined ? null : <span className="desk-only">{state}</span>}
        <span className="sp" />
        {actions}
      </div>
      {children}
    </main>
  )
}

/** The part of a page that scrolls, as wide as one reads. */
export function PageBody({ label, children }: { label: string; children: ReactNode }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keys
    <section className="main" tabIndex={0} aria-label={label}>
      <div className="wrap">{children}</div>
    </section>
  )
}
