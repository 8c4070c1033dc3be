import type { ComponentProps } from 'react'
import { queries } from '../../api/client.ts'
import { usePermissions } from '../../shell/permissions.ts'
import { SectionPage as Base } from '../../shell/section-page.tsx'
import './reviews.css'
import { useText } from './words.ts'

type Section = 'reviews' | 'collectors' | 'widgets'

type SectionPageProps = { section: Section } & Omit<ComponentProps<typeof Base>, 'title' | 'label' | 'links'>

/** A part of the area: the links to all of them, and what it holds. */
export function SectionPage({ section, children, ...rest }: SectionPageProps) {
  const t = useText()
  return (
    <Base
      {...rest}
      title={t(`section.${section}`)}
      label={t('title')}
      links={[
        { to: '/reviews', label: t('section.reviews') },
        { to: '/reviews/collectors', label: t('section.collectors') },
        { to: '/reviews/widgets', label: t('section.widgets') },
      ]}
    >
      {children}
    </Base>
  )
}

/** Why nothing of reviews can be changed, if it cannot: the plan, then the role. */
export function useRefusal(): string | undefined {
  const t = useText()
  const { holds } = usePermissions()
  const { data: me } = queries.useQuery('get', '/api/v2/users/me')
  if (me !== undefined && !me.tenant.features.includes('reviews')) return t('refused.plan')
  return holds('reviews:manage') ? undefined : t('refused.scope', { scope: 'reviews:manage' })
}
