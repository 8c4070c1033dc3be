import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { Button } from '../../kit/button.tsx'
import { CurlBox } from '../../kit/curl.tsx'
import { Dialog } from '../../kit/dialog.tsx'
import { Checkbox, FieldGroup, TextField } from '../../kit/field.tsx'
import { Form, useForm } from '../../kit/form.tsx'
import { eventGroupNames, eventGroups } from './event-names.ts'
import { createWebhook, type EventName, makeSecret, updateWebhook, type Webhook } from './queries.ts'
import { SecretOnce } from './secret-once.tsx'
import { useText } from './words.ts'

/** Makes a webhook, whose secret is then shown once, or changes one. */
export function WebhookDialog({
  open,
  onClose,
  webhook,
}: {
  open: boolean
  onClose(): void
  webhook?: Webhook
}) {
  const t = useText()
  const navigate = useNavigate()
  const [made, setMade] = useState<{ id: string; secret: string }>()
  const close = () => {
    if (made !== undefined) void navigate({ to: '/webhooks/$webhookId', params: { webhookId: made.id } })
    setMade(undefined)
    onClose()
  }
  const title = made !== undefined ? t('secret.title') : webhook === undefined ? t('new') : t('edit')
  return (
    <Dialog open={open} onClose={close} title={title} wide>
      {made === undefined ? (
        <WebhookForm {...(webhook === undefined ? {} : { webhook })} onMade={setMade} onDone={close} />
      ) : (
        <SecretOnce secret={made.secret} onDone={close} />
      )}
    </Dialog>
  )
}

interface WebhookFormProps {
  webhook?: Webhook
  onMade(made: { id: string; secret: string }): void
  onDone(): void
}

function WebhookForm({ webhook, onMade, onDone }: WebhookFormProps) {
  const t = useText()
  const form = useForm()
  const [name, setName] = useState(webhook?.name ?? '')
  const [url, setUrl] = useState(webhook?.url ?? '')
  const [events, setEvents] = useState<ReadonlySet<string>>(
    () => new Set(webhook?.events ?? ['message.received']),
  )
  const [secret] = useState(makeSecret)
  const body = {
    ...(name.trim() === '' ? {} : { name: name.trim() }),
    url: url.trim(),
    events: [...events] as EventName[],
  }
  async function send() {
    if (webhook !== undefined) {
      await updateWebhook(webhook.id, body)
      return onDone()
    }
    const created = await createWebhook({ ...body, secret })
    return created === undefined ? onDone() : onMade({ id: created.id, secret })
  }
  return (
    <Form
      state={form}
      fields={['name', 'url', 'events']}
      onSubmit={send}
      footer={
        <Button type="submit" look="primary" busy={form.isBusy}>
          {webhook === undefined ? t('create') : t('save')}
        </Button>
      }
    >
      <TextField
        label={t('field.url')}
        hint={t('field.url_hint')}
        type="url"
        className="ltr mono"
        value={url}
        error={form.problem('url')}
        onChange={(event) => setUrl(event.target.value)}
      />
      <TextField
        label={t('field.name')}
        dir="auto"
        value={name}
        error={form.problem('name')}
        onChange={(event) => setName(event.target.value)}
      />
      <EventPicker chosen={events} onChange={setEvents} />
      {form.problem('events') === undefined ? null : <p className="bad">{t('field.events_missing')}</p>}
      <details>
        <summary>{t('as_curl')}</summary>
        <CurlBox
          call={
            webhook === undefined
              ? { method: 'post', path: '/api/v2/webhooks', body }
              : { method: 'patch', path: '/api/v2/webhooks/{id}', params: { path: { id: webhook.id } }, body }
          }
        />
      </details>
    </Form>
  )
}

function EventPicker({
  chosen,
  onChange,
}: {
  chosen: ReadonlySet<string>
  onChange(events: ReadonlySet<string>): void
}) {
  const t = useText()
  const toggle = (event: string) => {
    const next = new Set(chosen)
    if (!next.delete(event)) next.add(event)
    onChange(next)
  }
  return (
    <FieldGroup legend={t('field.events')}>
      <div className="event-groups">
        {eventGroupNames.map((group) => (
          <FieldGroup key={group} legend={t(`group.${group}`)}>
            {eventGroups[group].map((event) => (
              <Checkbox
                key={event}
                label={<span className="mono ltr">{event}</span>}
                checked={chosen.has(event)}
                onChange={() => toggle(event)}
              />
            ))}
          </FieldGroup>
        ))}
      </div>
    </FieldGroup>
  )
}
