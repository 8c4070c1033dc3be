import type { LinkProps } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import type { CurlCall } from '../api/curl.ts'
import { CurlButton } from '../kit/curl.tsx'
import { Note } from '../kit/notes.tsx'
import { SectionLinks } from '../kit/section-links.tsx'
import { useText } from '../words/words.ts'
import { Page } from './page.tsx'
import { usePermissions } from './permissions.ts'

interface SectionPageProps {
  title: string
  /** What the parts together are called. */
  label: string
  links: readonly { to: LinkProps['to']; label: string; count?: ReactNode }[]
  calls: readonly CurlCall[]
  actions?: ReactNode
  /** Why the role sees nothing of it. */
  refused?: string | undefined
  children: ReactNode
}

/** A part of an area: the links to all of them, and what it holds once it is known what the role may see. */
export function SectionPage({ title, label, links, calls, actions, refused, children }: SectionPageProps) {
  const t = useText()
  const { isKnown } = usePermissions()
  return (
    <Page
      title={title}
      actions={
        <>
          {refused === undefined ? actions : null}
          <CurlButton calls={calls} />
        </>
      }
    >
      <SectionLinks label={label} links={links} />
      {refused === undefined ? (
        isKnown && children
      ) : (
        <div className="notes">
          <Note shape="lock" title={t('refused.title')}>
            {refused}
          </Note>
        </div>
      )}
    </Page>
  )
}
