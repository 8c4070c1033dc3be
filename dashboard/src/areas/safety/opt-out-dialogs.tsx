import { useState } from 'react'
import { Button } from '../../kit/button.tsx'
import { Confirm } from '../../kit/confirm.tsx'
import { CurlBox } from '../../kit/curl.tsx'
import { Dialog, Drawer } from '../../kit/dialog.tsx'
import { TextField } from '../../kit/field.tsx'
import { Form, useForm } from '../../kit/form.tsx'
import { Glyph } from '../../kit/icon.tsx'
import { Loaded } from '../../kit/loaded.tsx'
import { Phone, Time } from '../../kit/text-parts.tsx'
import { showToast } from '../../kit/toasts.tsx'
import { usePermissions } from '../../shell/permissions.ts'
import { setOptOut, useOptOut, usePeople, useSessionNames } from './queries.ts'
import { useText } from './words.ts'

const path = '/api/v2/opt-outs/{phone}'

/** Enters that somebody opted out by other ways, such as on the phone or by mail. */
export function AddOptOut({ onClose }: { onClose(): void }) {
  const t = useText()
  const form = useForm()
  const [phone, setPhone] = useState('')
  const typed = phone.trim()
  return (
    <Dialog open onClose={onClose} title={t('opt_outs.add_title')}>
      <p>{t('opt_outs.add_text')}</p>
      <Form
        state={form}
        fields={['phone']}
        onSubmit={() => setOptOut(typed, true)}
        onDone={() => {
          showToast({ text: t('opt_outs.added'), undo: () => void setOptOut(typed, false) })
          onClose()
        }}
        footer={
          <Button
            type="submit"
            look="primary"
            busy={form.isBusy}
            refused={typed === '' ? t('opt_outs.number_first') : undefined}
          >
            {t('opt_outs.add_action')}
          </Button>
        }
      >
        <TextField
          label={t('opt_outs.number')}
          hint={t('opt_outs.number_hint')}
          type="tel"
          className="ltr"
          value={phone}
          error={form.problem('phone')}
          onChange={(event) => setPhone(event.target.value)}
        />
        <details>
          <summary>{t('as_curl')}</summary>
          <CurlBox call={{ method: 'put', path, params: { path: { phone: typed } } }} />
        </details>
      </Form>
    </Dialog>
  )
}

/** Where a person stands with everything that happened, and the way back. */
export function OptOutPane({ phone, onClose }: { phone: string; onClose(): void }) {
  const t = useText()
  const query = useOptOut(phone)
  const { holds } = usePermissions()
  const [isTaking, setTaking] = useState(false)
  const refused = holds('contacts:manage') ? undefined : t('refused.scope', { scope: 'contacts:manage' })
  const isOut = query.data?.opted_out ?? false
  return (
    <Drawer
      open
      onClose={onClose}
      title={<Phone number={phone} />}
      footer={
        isOut ? (
          <Button refused={refused} onClick={() => setTaking(true)}>
            {t('opt_outs.take_back')}
          </Button>
        ) : (
          <Button refused={refused} onClick={() => setTaking(true)}>
            {t('opt_outs.out_again')}
          </Button>
        )
      }
    >
      <Loaded query={query} title={t('opt_outs.one_failed')}>
        {(person) => <History history={person.history} />}
      </Loaded>
      <Confirm
        open={isTaking}
        onClose={() => setTaking(false)}
        title={t(isOut ? 'opt_outs.take_back_title' : 'opt_outs.add_title')}
        action={t(isOut ? 'opt_outs.take_back_action' : 'opt_outs.add_action')}
        run={() => setOptOut(phone, !isOut)}
      >
        <p>{t(isOut ? 'opt_outs.take_back_text' : 'opt_outs.add_text')}</p>
      </Confirm>
    </Drawer>
  )
}

type Entry = NonNullable<ReturnType<typeof useOptOut>['data']>['history'][number]

function History({ history }: { history: readonly Entry[] }) {
  const t = useText()
  const people = usePeople()
  const sessions = useSessionNames()
  return (
    <ol className="tl">
      {history.map((entry) => (
        <li key={`${entry.created_at} ${entry.opted_out}`}>
          <Glyph name={entry.opted_out ? 'slash' : 'ok'} tone={entry.opted_out ? 'off' : 'ok'} />
          <div>
            <b>{t(entry.opted_out ? 'opt_outs.went_out' : 'opt_outs.came_back')}</b>
            <p>
              {entry.how === 'message'
                ? t.rich('opt_outs.by_word', {
                    word: <bdi>{entry.word}</bdi>,
                    session: <bdi>{sessions.get(entry.session_id ?? '') ?? '–'}</bdi>,
                  })
                : t.rich('opt_outs.by_hand', {
                    who: <bdi>{people.find(({ id }) => id === entry.user_id)?.full_name ?? '–'}</bdi>,
                  })}
            </p>
          </div>
          <Time at={entry.created_at} />
        </li>
      ))}
    </ol>
  )
}
