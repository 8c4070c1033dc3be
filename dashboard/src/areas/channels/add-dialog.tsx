import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { useFormat } from '../../i18n/format.ts'
import { Button } from '../../kit/button.tsx'
import { CurlBox } from '../../kit/curl.tsx'
import { Dialog } from '../../kit/dialog.tsx'
import { Select, TextArea, TextField } from '../../kit/field.tsx'
import { Segments } from '../../kit/filters.tsx'
import { Form, useForm } from '../../kit/form.tsx'
import { ErrorNote } from '../../kit/notes.tsx'
import { SkeletonRows } from '../../kit/skeleton.tsx'
import { createChannel, importChannel, useDiscovered, useSessions } from './queries.ts'
import { useText } from './words.ts'

/** A channel that is made on WhatsApp, or one that exists and is taken up. */
export function AddDialog({ open, onClose }: { open: boolean; onClose(): void }) {
  const t = useText()
  const { data: sessions = [] } = useSessions()
  const [way, setWay] = useState<'make' | 'take'>('make')
  const [chosen, setChosen] = useState('')
  const sessionId = chosen === '' ? (sessions.find(({ status }) => status === 'working')?.id ?? '') : chosen
  return (
    <Dialog open={open} onClose={onClose} title={t('add')} wide>
      <Segments<'make' | 'take'>
        label={t('add.way')}
        value={way}
        onChange={(next) => setWay(next)}
        options={[
          { value: 'make', label: t('add.make') },
          { value: 'take', label: t('add.take') },
        ]}
      />
      <Select
        label={t('field.session')}
        value={sessionId}
        onChange={(event) => setChosen(event.target.value)}
        options={[
          { value: '', label: t('choose') },
          ...sessions.map(({ id, name, status }) => ({
            value: id,
            label: name,
            ...(status === 'working' ? {} : { refused: t('session_down') }),
          })),
        ]}
      />
      {way === 'make' ? (
        <MakeForm sessionId={sessionId} onClose={onClose} />
      ) : (
        <TakeList sessionId={sessionId} onClose={onClose} />
      )}
    </Dialog>
  )
}

function MakeForm({ sessionId, onClose }: { sessionId: string; onClose(): void }) {
  const t = useText()
  const form = useForm()
  const navigate = useNavigate()
  const [name, setName] = useState('')
  const [description, setDescription] = useState('')
  const text = description.trim()
  const body = { session_id: sessionId, name: name.trim(), ...(text === '' ? {} : { description: text }) }
  const missing = sessionId === '' ? t('missing.session') : name.trim() === '' ? t('missing.name') : undefined
  return (
    <Form
      state={form}
      fields={['name', 'description', 'session_id']}
      onSubmit={async () => {
        if (missing !== undefined) return
        const id = await createChannel(body)
        onClose()
        await navigate({ to: '/channels/$channelId', params: { channelId: id } })
      }}
      footer={
        <>
          <Button onClick={onClose}>{t('cancel')}</Button>
          <Button look="primary" type="submit" busy={form.isBusy} refused={missing}>
            {t('make')}
          </Button>
        </>
      }
    >
      <TextField
        label={t('field.name')}
        dir="auto"
        maxLength={100}
        value={name}
        error={form.problem('name')}
        onChange={(event) => setName(event.target.value)}
      />
      <TextArea
        label={t('field.description')}
        rows={3}
        maxLength={2048}
        value={description}
        error={form.problem('description')}
        onChange={(event) => setDescription(event.target.value)}
      />
      <details>
        <summary>{t('as_curl')}</summary>
        <CurlBox call={{ method: 'post', path: '/api/v2/channels', body }} />
      </details>
    </Form>
  )
}

function TakeList({ sessionId, onClose }: { sessionId: string; onClose(): void }) {
  const t = useText()
  const format = useFormat()
  const form = useForm()
  const navigate = useNavigate()
  const query = useDiscovered(sessionId, true)
  async function take(waChannelId: string) {
    let id = ''
    const isDone = await form.submit(async () => {
      id = await importChannel(sessionId, waChannelId)
    })
    if (!isDone) return
    onClose()
    await navigate({ to: '/channels/$channelId', params: { channelId: id } })
  }
  if (sessionId === '') return <p className="mute">{t('missing.session')}</p>
  if (query.data === undefined)
    return query.error === null ? (
      <SkeletonRows rows={3} />
    ) : (
      <ErrorNote error={query.error} title={t('take.failed')} onRetry={() => void query.refetch()} />
    )
  return (
    <>
      {form.error === undefined ? null : <ErrorNote error={form.error} />}
      {query.data.length === 0 ? <p className="mute">{t('take.none')}</p> : null}
      <ul className="rows take-list">
        {query.data.map(({ wa_channel_id: id, name, follower_count: followers, role }) => (
          <li key={id}>
            <div>
              <b>
                <bdi>{name}</bdi>
              </b>
              <p className="mute small">
                {t('take.about', {
                  count: followers,
                  number: format.number(followers),
                  role: t(`role.${role}`),
                })}
              </p>
            </div>
            <Button busy={form.isBusy} onClick={() => void take(id)}>
              {t('take')}
            </Button>
          </li>
        ))}
      </ul>
    </>
  )
}
