import { useParams } from '@tanstack/react-router'
import { CurlButton } from '../../kit/curl.tsx'
import { Loaded } from '../../kit/loaded.tsx'
import { Page } from '../../shell/page.tsx'
import { Linked } from './linked.tsx'
import { Pairing } from './pairing.tsx'
import { type Session, useSession } from './queries.ts'
import { SessionAction } from './session-action.tsx'
import { SessionMenu } from './session-menu.tsx'
import { SessionState } from './session-state.tsx'
import './sessions.css'
import { useText } from './words.ts'

/** Whether the phone has to be linked, or is being linked. */
function isLinking({ status, phone_number: phone, status_reason: reason }: Session): boolean {
  if (status === 'qr_code') return true
  return phone === null || (status === 'failed' && (reason === 'logged_out' || reason === 'bad_session'))
}

/** One number: the code to scan until it is linked, then how it is. It turns from one to the other by itself. */
export function SessionPage() {
  const t = useText()
  const { sessionId } = useParams({ from: '/app/sessions/$sessionId' })
  const query = useSession(sessionId)
  const { data: session } = query
  return (
    <Page
      title={session?.name ?? t('title')}
      crumb={{ to: '/sessions', label: t('title') }}
      state={session === undefined ? null : <SessionState session={session} />}
      actions={
        session === undefined ? null : (
          <>
            <CurlButton
              calls={[
                { method: 'get', path: '/api/v2/sessions/{id}', params: { path: { id: sessionId } } },
                {
                  method: 'get',
                  path: '/api/v2/sessions/{id}/timeline',
                  params: { path: { id: sessionId } },
                },
              ]}
            />
            <SessionAction session={session} />
            <SessionMenu session={session} />
          </>
        )
      }
    >
      <Loaded query={query} title={t('one.failed')}>
        {(loaded) => (isLinking(loaded) ? <Pairing session={loaded} /> : <Linked session={loaded} />)}
      </Loaded>
    </Page>
  )
}
