import { Link } from '@tanstack/react-router'
import type { ComponentProps } from 'react'
import { queries } from '../../api/client.ts'
import { Empty } from '../../kit/notes.tsx'
import { PageBody } from '../../shell/page.tsx'
import { usePermissions } from '../../shell/permissions.ts'
import { SectionPage as Base } from '../../shell/section-page.tsx'
import './ai.css'
import { useText } from './words.ts'

type Section = 'drafts' | 'replies' | 'knowledge' | 'style' | 'models'

type SectionPageProps = { section: Section; isFlush?: boolean } & Omit<
  ComponentProps<typeof Base>,
  'title' | 'label' | 'links'
>

/** A part of the area: the links to all of them, and what it holds once plan and workspace allow it. */
export function SectionPage({ section, isFlush, children, ...rest }: SectionPageProps) {
  const t = useText()
  const obstacle = useObstacle()
  const content =
    obstacle === undefined ? (
      children
    ) : obstacle === 'plan' ? (
      <Empty
        title={t('gate.plan_title')}
        action={
          <Link className="btn primary" to="/settings/plan">
            {t('gate.plan_action')}
          </Link>
        }
      >
        {t('gate.plan_text')}
      </Empty>
    ) : obstacle === 'consent' ? (
      <Empty
        title={t('gate.consent_title')}
        action={
          <Link className="btn primary" to="/settings/workspace">
            {t('gate.consent_action')}
          </Link>
        }
      >
        {t('gate.consent_text')}
      </Empty>
    ) : null
  return (
    <Base
      {...rest}
      actions={obstacle === undefined ? rest.actions : null}
      title={t(`section.${section}`)}
      label={t('title')}
      links={[
        { to: '/ai', label: t('section.knowledge') },
        { to: '/ai/replies', label: t('section.replies') },
        { to: '/ai/drafts', label: t('section.drafts') },
        { to: '/ai/style', label: t('section.style') },
        { to: '/ai/models', label: t('section.models') },
      ]}
    >
      {isFlush && obstacle === undefined ? (
        children
      ) : (
        <PageBody label={t(`section.${section}`)}>{content}</PageBody>
      )}
    </Base>
  )
}

/** What keeps the workspace from AI: asked before anything else, so that nothing is refused that need not be asked. */
function useObstacle(): 'unknown' | 'plan' | 'consent' | undefined {
  const { holds, isKnown } = usePermissions()
  const mayRead = isKnown && holds('settings:read')
  const { data: me } = queries.useQuery('get', '/api/v2/users/me')
  const { data: settings, error } = queries.useQuery('get', '/api/v2/tenant/settings', undefined, {
    enabled: mayRead,
  })
  if (me === undefined || (mayRead && settings === undefined && error === null)) return 'unknown'
  if (!me.tenant.features.includes('ai')) return 'plan'
  return settings?.ai_consent_enabled === false ? 'consent' : undefined
}
