import type { ReactNode } from 'react'
import type { CurlCall } from '../../api/curl.ts'
import { useFormat } from '../../i18n/format.ts'
import { CurlButton } from '../../kit/curl.tsx'
import { Note } from '../../kit/notes.tsx'
import { SectionLinks } from '../../kit/section-links.tsx'
import { Page } from '../../shell/page.tsx'
import { usePermissions } from '../../shell/permissions.ts'
import { usePendingCount } from './queries.ts'
import './safety.css'
import { useText } from './words.ts'

type Section = 'approvals' | 'antispam' | 'content' | 'opt_outs' | 'words' | 'audit'

interface SectionPageProps {
  section: Section
  calls: readonly CurlCall[]
  actions?: ReactNode
  /** Why the role sees nothing of it. */
  refused?: string | undefined
  children: ReactNode
}

/** A part of the area: the links to all of them, and what it holds. */
export function SectionPage({ section, calls, actions, refused, children }: SectionPageProps) {
  const t = useText()
  const { isKnown } = usePermissions()
  const format = useFormat()
  const pending = usePendingCount()
  const waiting = pending ? { count: format.number(pending) } : {}
  return (
    <Page
      title={t(`section.${section}`)}
      actions={
        <>
          {refused === undefined ? actions : null}
          <CurlButton calls={calls} />
        </>
      }
    >
      <SectionLinks
        label={t('title')}
        links={[
          { to: '/safety', label: t('section.approvals'), ...waiting },
          { to: '/safety/anti-spam', label: t('section.antispam') },
          { to: '/safety/content', label: t('section.content') },
          { to: '/safety/opt-outs', label: t('section.opt_outs') },
          { to: '/safety/words', label: t('section.words') },
          { to: '/safety/audit', label: t('section.audit') },
        ]}
      />
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
