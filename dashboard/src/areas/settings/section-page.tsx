import type { ComponentProps } from 'react'
import { PageBody } from '../../shell/page.tsx'
import { SectionPage as Base } from '../../shell/section-page.tsx'
import './settings.css'
import { useText } from './words.ts'

type Section = 'profile' | 'people' | 'keys' | 'plan' | 'workspace' | 'outreach'

type SectionPageProps = { section: Section } & Omit<ComponentProps<typeof Base>, 'title' | 'label' | 'links'>

/** A part of the settings: the links to all of them, and what it holds. */
export function SectionPage({ section, children, ...rest }: SectionPageProps) {
  const t = useText()
  return (
    <Base
      {...rest}
      title={t(`section.${section}`)}
      label={t('title')}
      links={[
        { to: '/settings', label: t('section.profile') },
        { to: '/settings/people', label: t('section.people') },
        { to: '/settings/keys', label: t('section.keys') },
        { to: '/settings/plan', label: t('section.plan') },
        { to: '/settings/workspace', label: t('section.workspace') },
        { to: '/settings/outreach', label: t('section.outreach') },
      ]}
    >
      <PageBody label={t(`section.${section}`)}>{children}</PageBody>
    </Base>
  )
}
