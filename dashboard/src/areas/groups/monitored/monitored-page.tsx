import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { useFormat } from '../../../i18n/format.ts'
import { IconButton } from '../../../kit/button.tsx'
import { Confirm } from '../../../kit/confirm.tsx'
import { CurlButton } from '../../../kit/curl.tsx'
import { Segments } from '../../../kit/filters.tsx'
import { Loaded } from '../../../kit/loaded.tsx'
import { Menu } from '../../../kit/menu.tsx'
import { useReason } from '../../../kit/notes.tsx'
import { showToast } from '../../../kit/toasts.tsx'
import { Page, PageBody } from '../../../shell/page.tsx'
import '../groups.css'
import { MonitorState } from '../monitored-table.tsx'
import { type MonitoredGroup, stopMonitoring, updateMonitored, useMonitoredGroup } from '../queries.ts'
import { useText } from '../words.ts'
import { CapturedMessages } from './captured-messages.tsx'
import { GroupLeads } from './group-leads.tsx'
import { MonitorForm } from './monitor-form.tsx'

/** A group that is listened to: how, what was captured, and the leads from it. */
export function MonitoredPage() {
  const t = useText()
  const { groupId } = useParams({ from: '/app/groups/$groupId' })
  const { tab } = useSearch({ from: '/app/groups/$groupId' })
  const query = useMonitoredGroup(groupId)
  const { data: group } = query
  return (
    <Page
      title={group?.name ?? t('title')}
      crumb={{ to: '/groups', label: t('title') }}
      state={group === undefined ? null : <MonitorState group={group} />}
      actions={group === undefined ? null : <Actions group={group} />}
    >
      <Loaded query={query} title={t('one.failed')}>
        {(loaded) => (
          <>
            <Tabs group={loaded} tab={tab} />
            {tab === undefined ? (
              <PageBody label={loaded.name}>
                <MonitorForm key={loaded.id} group={loaded} />
              </PageBody>
            ) : null}
            {tab === 'messages' ? <CapturedMessages group={loaded} /> : null}
            {tab === 'leads' ? <GroupLeads group={loaded} /> : null}
          </>
        )}
      </Loaded>
    </Page>
  )
}

function Tabs({ group, tab }: { group: MonitoredGroup; tab: 'messages' | 'leads' | undefined }) {
  const t = useText()
  const format = useFormat()
  const navigate = useNavigate({ from: '/groups/$groupId' })
  return (
    <div className="toolbar">
      <Segments
        label={t('tabs')}
        value={tab ?? 'listening'}
        onChange={(next) => void navigate({ search: next === 'listening' ? {} : { tab: next } })}
        options={[
          { value: 'listening', label: t('tab.listening') },
          { value: 'messages', label: t('tab.messages'), count: format.number(group.messages_processed) },
          { value: 'leads', label: t('tab.leads'), count: format.number(group.leads_detected) },
        ]}
      />
      <span className="sp" />
      <Link
        className="btn desk-only"
        to="/groups/wa/$waGroupId"
        params={{ waGroupId: group.wa_group_id }}
        search={{ session: group.session_id }}
      >
        {t('administer')}
      </Link>
    </div>
  )
}

function Actions({ group }: { group: MonitoredGroup }) {
  const t = useText()
  const reason = useReason()
  const navigate = useNavigate()
  const [isStopping, setStopping] = useState(false)
  const { id, is_active: isActive } = group
  async function toggle() {
    try {
      await updateMonitored(id, { is_active: !isActive })
      showToast({ text: isActive ? t('paused') : t('resumed') })
    } catch (error) {
      showToast({ text: reason(error) })
    }
  }
  return (
    <>
      <Menu
        trigger={<IconButton icon="dots" label={t('more_actions')} />}
        groups={[
          [
            {
              id: 'administer',
              label: t('administer'),
              onSelect: () =>
                void navigate({
                  to: '/groups/wa/$waGroupId',
                  params: { waGroupId: group.wa_group_id },
                  search: { session: group.session_id },
                }),
            },
            { id: 'toggle', label: isActive ? t('pause') : t('resume'), onSelect: () => void toggle() },
            { id: 'stop', label: t('stop'), onSelect: () => setStopping(true) },
          ],
        ]}
      />
      <CurlButton
        calls={[
          { method: 'get', path: '/api/v2/groups/{id}', params: { path: { id } } },
          {
            method: 'post',
            path: '/api/v2/groups/{id}/test-keywords',
            params: { path: { id } },
            body: { keywords: group.monitor_keywords, keyword_match: group.keyword_match },
          },
        ]}
      />
      <Confirm
        open={isStopping}
        onClose={() => setStopping(false)}
        isLoss
        title={t('stop.title', { name: group.name })}
        action={t('stop.action')}
        run={async () => {
          await stopMonitoring(id)
          await navigate({ to: '/groups' })
        }}
      >
        <p>{t('stop.text', { count: group.leads_detected })}</p>
      </Confirm>
    </>
  )
}
