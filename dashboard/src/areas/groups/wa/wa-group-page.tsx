import { useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { Button } from '../../../kit/button.tsx'
import { Confirm } from '../../../kit/confirm.tsx'
import { CurlButton } from '../../../kit/curl.tsx'
import { Loaded } from '../../../kit/loaded.tsx'
import { Note } from '../../../kit/notes.tsx'
import { Page, PageBody } from '../../../shell/page.tsx'
import '../groups.css'
import { leaveGroup, useWhatsAppGroup, type WhatsAppGroup } from '../queries.ts'
import { useText } from '../words.ts'
import { GroupMembers } from './group-members.tsx'
import { GroupSettings } from './group-settings.tsx'
import { InviteLink } from './invite-link.tsx'
import { JoinRequests } from './join-requests.tsx'

/** The group itself, as everybody in it sees it. */
export function WaGroupPage() {
  const t = useText()
  const { waGroupId } = useParams({ from: '/app/groups/wa/$waGroupId' })
  const { session } = useSearch({ from: '/app/groups/wa/$waGroupId' })
  const query = useWhatsAppGroup(waGroupId, session)
  const { data: group } = query
  return (
    <Page
      title={group?.name ?? t('title')}
      crumb={{ to: '/groups', search: { view: 'available' }, label: t('title') }}
      actions={
        group === undefined ? null : (
          <>
            <Leave group={group} />
            <CurlButton
              calls={[
                {
                  method: 'get',
                  path: '/api/v2/groups/wa/{wa_group_id}',
                  params: { path: { wa_group_id: waGroupId }, query: { session_id: group.session_id } },
                },
              ]}
            />
          </>
        )
      }
    >
      <Loaded query={query} title={t('one.failed')}>
        {(loaded) => (
          <PageBody label={loaded.name}>
            {loaded.is_admin ? null : (
              <Note tone="info" shape="lock" title={t('not_admin.title')}>
                {t('not_admin.text')}
              </Note>
            )}
            <div className="two">
              <GroupMembers group={loaded} />
              <div className="stack">
                <GroupSettings key={JSON.stringify([loaded.name, loaded.description])} group={loaded} />
                <InviteLink group={loaded} />
                <JoinRequests group={loaded} />
              </div>
            </div>
          </PageBody>
        )}
      </Loaded>
    </Page>
  )
}

function Leave({ group }: { group: WhatsAppGroup }) {
  const t = useText()
  const navigate = useNavigate()
  const [isOpen, setOpen] = useState(false)
  return (
    <>
      <Button onClick={() => setOpen(true)}>{t('leave')}</Button>
      <Confirm
        open={isOpen}
        onClose={() => setOpen(false)}
        isLoss
        title={t('leave.title', { name: group.name })}
        action={t('leave.action')}
        run={async () => {
          await leaveGroup(group)
          await navigate({ to: '/groups', search: { view: 'available' } })
        }}
      >
        <p>{t('leave.text')}</p>
      </Confirm>
    </>
  )
}
