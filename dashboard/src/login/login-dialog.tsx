import { useEffect, useState } from 'react'
import { mayBeSignedIn, onLoginChange } from '../api/access-token.ts'
import { queries } from '../api/client.ts'
import { queryClient } from '../api/query-client.ts'
import { Dialog } from '../kit/dialog.tsx'
import { useText } from '../words/words.ts'
import { LoginForm } from './login-form.tsx'

/** When the login has ended, asks for the password over the page: nothing that was typed below is lost. */
export function LoginDialog() {
  const t = useText()
  const [isEnded, setEnded] = useState(false)
  const { data: me } = queries.useQuery('get', '/api/v2/users/me')
  useEffect(
    () =>
      onLoginChange((isSignedIn) => {
        const isLeaving = location.pathname === '/sign-in'
        setEnded(!isSignedIn && !mayBeSignedIn() && !isLeaving)
        if (isSignedIn) void queryClient.invalidateQueries()
      }),
    [],
  )
  return (
    <Dialog open={isEnded} onClose={() => undefined} title={t('login.ended_title')}>
      <p>{t('login.ended_text')}</p>
      <LoginForm {...(me === undefined ? {} : { email: me.email })} onDone={() => setEnded(false)} />
    </Dialog>
  )
}
