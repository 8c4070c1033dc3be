import { useState } from 'react'
import { Button } from '../../kit/button.tsx'
import { CurlBox } from '../../kit/curl.tsx'
import { Switch, TextField } from '../../kit/field.tsx'
import { Form, useForm } from '../../kit/form.tsx'
import { ErrorNote } from '../../kit/notes.tsx'
import { showToast } from '../../kit/toasts.tsx'
import { changeSettings, type Session } from './queries.ts'
import { useText } from './words.ts'

/** Calls and the proxy of a number. */
export function SessionSettings({ session }: { session: Session }) {
  const t = useText()
  return (
    <section className="card">
      <header>
        <h2>{t('settings.title')}</h2>
      </header>
      <div className="pad stack">
        <Calls session={session} />
        <ProxyForm key={session.config.proxy_url} session={session} />
      </div>
    </section>
  )
}

function Calls({ session }: { session: Session }) {
  const t = useText()
  const [wanted, setWanted] = useState<boolean>()
  const [error, setError] = useState<unknown>()
  async function change(isOn: boolean) {
    setWanted(isOn)
    setError(undefined)
    try {
      await changeSettings(session.id, { reject_calls: isOn })
    } catch (refusal) {
      setError(refusal)
    } finally {
      setWanted(undefined)
    }
  }
  return (
    <>
      <Switch
        label={t('settings.calls')}
        hint={t('settings.calls_hint')}
        checked={wanted ?? session.config.reject_calls}
        onChange={(event) => void change(event.target.checked)}
      />
      {error === undefined ? null : <ErrorNote error={error} />}
    </>
  )
}

function ProxyForm({ session }: { session: Session }) {
  const t = useText()
  const form = useForm()
  const [url, setUrl] = useState('')
  const { proxy_url: current } = session.config
  const body = { proxy_url: url.trim() === '' ? null : url.trim() }
  return (
    <Form
      state={form}
      fields={['proxy_url']}
      onSubmit={() => changeSettings(session.id, body)}
      onDone={() => showToast({ text: t(body.proxy_url === null ? 'proxy.removed' : 'proxy.set') })}
      footer={
        <Button
          type="submit"
          busy={form.isBusy}
          refused={url.trim() === '' && current === null ? t('proxy.nothing') : undefined}
        >
          {t(url.trim() === '' && current !== null ? 'proxy.remove' : 'proxy.save')}
        </Button>
      }
    >
      <TextField
        label={t('proxy.label')}
        hint={
          current === null
            ? t('proxy.hint')
            : t.rich('proxy.current', { url: <bdi className="mono ltr">{current}</bdi> })
        }
        className="ltr mono"
        autoComplete="off"
        spellCheck={false}
        value={url}
        error={form.problem('proxy_url')}
        onChange={(event) => setUrl(event.target.value)}
      />
      <details>
        <summary>{t('as_curl')}</summary>
        <CurlBox
          call={{
            method: 'patch',
            path: '/api/v2/sessions/{id}/settings',
            params: { path: { id: session.id } },
            body,
          }}
        />
      </details>
    </Form>
  )
}
