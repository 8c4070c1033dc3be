import { useState } from 'react'
import { Button } from '../../../kit/button.tsx'
import { Confirm } from '../../../kit/confirm.tsx'
import { CopyButton } from '../../../kit/copy-button.tsx'
import { Loaded } from '../../../kit/loaded.tsx'
import { showToast } from '../../../kit/toasts.tsx'
import { renewInvite, useInvite, type WhatsAppGroup } from '../queries.ts'
import { useText } from '../words.ts'

/** The link that lets anybody in, for admins. */
export function InviteLink({ group }: { group: WhatsAppGroup }) {
  const t = useText()
  const query = useInvite(group)
  const [isRenewing, setRenewing] = useState(false)
  return (
    <section className="card" aria-labelledby="group-invite">
      <header>
        <h2 id="group-invite">{t('invite')}</h2>
      </header>
      <div className="card-in">
        {group.is_admin ? (
          <Loaded query={query} title={t('invite.failed')} skeleton={<p className="mute">…</p>}>
            {({ url }) => (
              <>
                <div className="curl ltr">
                  <pre>{url}</pre>
                  <CopyButton text={url} label={t('invite.copy')} />
                </div>
                <div>
                  <Button onClick={() => setRenewing(true)}>{t('invite.renew')}</Button>
                </div>
              </>
            )}
          </Loaded>
        ) : (
          <p className="mute">{t('only_admins')}</p>
        )}
      </div>
      <Confirm
        open={isRenewing}
        onClose={() => setRenewing(false)}
        title={t('invite.renew_title')}
        action={t('invite.renew')}
        run={async () => {
          await renewInvite(group)
          showToast({ text: t('invite.renewed') })
        }}
      >
        <p>{t('invite.renew_text')}</p>
      </Confirm>
    </section>
  )
}
