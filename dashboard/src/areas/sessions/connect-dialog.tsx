import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { Button } from '../../kit/button.tsx'
import { CurlBox } from '../../kit/curl.tsx'
import { Dialog } from '../../kit/dialog.tsx'
import { TextField } from '../../kit/field.tsx'
import { Form, useForm } from '../../kit/form.tsx'
import { connectNumber } from './queries.ts'
import { useText } from './words.ts'

/** Asks for a name, then shows the code to scan. */
export function ConnectDialog({ open, onClose }: { open: boolean; onClose(): void }) {
  const t = useText()
  const navigate = useNavigate()
  const form = useForm()
  const [name, setName] = useState('')
  async function connect() {
    const sessionId = await connectNumber(name.trim())
    onClose()
    setName('')
    if (sessionId !== undefined) await navigate({ to: '/sessions/$sessionId', params: { sessionId } })
  }
  return (
    <Dialog open={open} onClose={onClose} title={t('connect')}>
      <Form
        state={form}
        fields={['name']}
        onSubmit={connect}
        footer={
          <>
            <Button onClick={onClose}>{t('cancel')}</Button>
            <Button type="submit" look="primary" busy={form.isBusy}>
              {t('connect.action')}
            </Button>
          </>
        }
      >
        <TextField
          label={t('field.name')}
          hint={t('field.name_hint')}
          dir="auto"
          maxLength={255}
          value={name}
          error={form.problem('name')}
          onChange={(event) => setName(event.target.value)}
        />
        <details>
          <summary>{t('as_curl')}</summary>
          <CurlBox call={{ method: 'post', path: '/api/v2/sessions', body: { name } }} />
        </details>
      </Form>
    </Dialog>
  )
}
