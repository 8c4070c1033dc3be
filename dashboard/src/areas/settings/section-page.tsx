import type { ReactNode } from 'react'
import type { CurlCall } from '../../api/curl.ts'
import { CurlButton } from '../../kit/curl.tsx'
import { Note } from '../../kit/notes.tsx'
import { SectionLinks } from '../../kit/section-links.tsx'
import { Page, PageBody } from '../../shell/page.tsx'
import { usePermissions } from '../../shell/permissions.ts'
import './settings.css'
import { useText } from './words.ts'

type Section = 'profile' | 'people' | 'keys' | 'plan' | 'workspace' | 'outreach'

interface SectionPageProps {
  section: Section
  calls: readonly CurlCall[]
  actions?: ReactNode
  /** Why the role sees nothing of it. */
  refused?: string | undefined
  children: ReactNode
}

/** A part of the settings: the links to all of them, and what it holds. */
export function SectionPage({ section, calls, actions, refused, children }: SectionPageProps) {
  const t = useText()
  const { isKnown } = usePermissions()
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
          { to: '/settings', label: t('section.profile') },
          { to: '/settings/people', label: t('section.people') },
          { to: '/settings/keys', label: t('section.keys') },
          { to: '/settings/plan', label: t('section.plan') },
          { to: '/settings/workspace', label: t('section.workspace') },
          { to: '/settings/outreach', label: t('section.outreach') },
        ]}
      />
      <PageBody label={t(`section.${section}`)}>
        {refused === undefined ? (
          isKnown && children
        ) : (
          <Note shape="lock" title={t('refused.title')}>
            {refused}
          </Note>
        )}
      </PageBody>
    </Page>
  )
}
