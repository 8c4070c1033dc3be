import type { ComponentProps } from 'react'
import { useFormat } from '../../i18n/format.ts'
import { SectionPage as Base } from '../../shell/section-page.tsx'
import { usePendingCount } from './queries.ts'
import './safety.css'
import { useText } from './words.ts'

type Section = 'approvals' | 'antispam' | 'content' | 'opt_outs' | 'words' | 'audit'

type SectionPageProps = { section: Section } & Omit<ComponentProps<typeof Base>, 'title' | 'label' | 'links'>

/** A part of the area: the links to all of them, and what it holds. */
export function SectionPage({ section, children, ...rest }: SectionPageProps) {
  const t = useText()
  const format = useFormat()
  const pending = usePendingCount()
  const waiting = pending ? { count: format.number(pending) } : {}
  return (
    <Base
      {...rest}
      title={t(`section.${section}`)}
      label={t('title')}
      links={[
        { to: '/safety', label: t('section.approvals'), ...waiting },
        { to: '/safety/anti-spam', label: t('section.antispam') },
        { to: '/safety/content', label: t('section.content') },
        { to: '/safety/opt-outs', label: t('section.opt_outs') },
        { to: '/safety/words', label: t('section.words') },
        { to: '/safety/audit', label: t('section.audit') },
      ]}
    >
      {children}
    </Base>
  )
}
