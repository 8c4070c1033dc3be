import { useState } from 'react'
import { Button } from '../../kit/button.tsx'
import { CopyButton } from '../../kit/copy-button.tsx'
import { TextField } from '../../kit/field.tsx'
import { Form, useForm } from '../../kit/form.tsx'
import { askPairingCode } from './queries.ts'
import { useNow } from './session-state.tsx'
import { useText } from './words.ts'

/** `K7QM4XPT` as the phone shows it. */
const inGroups = (code: string) => (code.length === 8 ? `${code.slice(0, 4)}-${code.slice(4)}` : code)

/** For whoever has no camera at hand: a code to type on the phone. */
export function PairingCode({ sessionId }: { sessionId: string }) {
  const t = useText()
  const form = useForm()
  const now = useNow()
  const [phone, setPhone] = useState('')
  const [given, setGiven] = useState<{ code: string; expires_at: string }>()
  const isGood = given !== undefined && Date.parse(given.expires_at) > now
  return (
    <div className="card by-code">
      <div className="by-code-words">
        <b>{t('code.title')}</b>
        <p className="soft">{t(given !== undefined && !isGood ? 'code.over' : 'code.text')}</p>
      </div>
      {isGood ? (
        <>
          <output className="pcode" aria-label={t('code.label')}>
            {inGroups(given.code)}
          </output>
          <CopyButton text={given.code}>{t('code.copy')}</CopyButton>
        </>
      ) : (
        <Form
          state={form}
          fields={['phone']}
          onSubmit={async () => setGiven(await askPairingCode(sessionId, phone))}
          footer={
            <Button type="submit" busy={form.isBusy}>
              {t('code.action')}
            </Button>
          }
        >
          <TextField
            label={t('code.phone')}
            hint={t('code.phone_hint')}
            type="tel"
            inputMode="tel"
            autoComplete="tel"
            className="ltr"
            value={phone}
            error={form.problem('phone')}
            onChange={(event) => setPhone(event.target.value)}
          />
        </Form>
      )}
    </div>
  )
}
