import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { queries } from '../../api/client.ts'
import { invalidatePaths } from '../../api/query-client.ts'
import { Button } from '../../kit/button.tsx'
import { Combobox } from '../../kit/combobox.tsx'
import { Dialog } from '../../kit/dialog.tsx'
import { Select, TextArea } from '../../kit/field.tsx'
import { Form, useForm } from '../../kit/form.tsx'
import { newKey } from '../../kit/new-key.ts'
import { post } from './composer/outbox.ts'
import { useSessions } from './queries.ts'
import { useText } from './words.ts'

const looksLikeNumber = (text: string) => text.replaceAll(/\D/g, '').length >= 5

/** Whom one can write to: people who are known, and whatever number is typed. */
function usePeople(search: string, sessionId: string | undefined) {
  const { data } = queries.useQuery('get', '/api/v2/contacts', {
    params: {
      query: {
        limit: 20,
        ...(search === '' ? {} : { search }),
        ...(sessionId === undefined ? {} : { session_id: sessionId }),
      },
    },
  })
  const known = (data?.contacts ?? []).map((contact) => ({
    value: contact.phone ?? contact.wa_chat_id,
    label: [contact.name ?? contact.push_name, contact.phone].filter(Boolean).join(' · '),
  }))
  const typed = search.trim()
  const isNew = looksLikeNumber(typed) && !known.some(({ label }) => label === typed)
  return isNew ? [{ value: typed, label: typed }, ...known] : known
}

/** A first message to a number or a person; the conversation opens with it. */
export function NewMessage({
  to: first,
  from,
  onClose,
}: {
  to: string | undefined
  from: string | undefined
  onClose(): void
}) {
  const t = useText()
  const form = useForm()
  const navigate = useNavigate()
  const { data: sessions = [] } = useSessions()
  const [chosen, setChosen] = useState(from)
  const sessionId = chosen ?? sessions.find(({ status }) => status === 'working')?.id ?? sessions[0]?.id
  const session = sessions.find(({ id }) => id === sessionId)
  const [search, setSearch] = useState(first ?? '')
  const [to, setTo] = useState(first)
  const [text, setText] = useState('')
  const [key] = useState(() => newKey())
  const people = usePeople(search, sessionId)
  const options =
    to === undefined || people.some(({ value }) => value === to)
      ? people
      : [{ value: to, label: to }, ...people]
  const missing = to === undefined ? t('new.choose') : text.trim() === '' ? t('new.write') : undefined
  const down =
    session === undefined || session.status === 'working'
      ? undefined
      : t.of(`barrier.session_${session.status}`, { name: session.name })

  async function send() {
    if (sessionId === undefined || to === undefined) return
    const content = { kind: 'text' as const, text: text.trim() }
    const message = await post({ sessionId, to, key, content })
    await invalidatePaths(['/api/v2/chats', '/api/v2/contacts'])
    if (message === undefined) return
    await navigate({ to: '/inbox/$sessionId/$chatId', params: { sessionId, chatId: message.chat_id } })
  }
  return (
    <Dialog open onClose={onClose} title={t('new.title')}>
      <Form
        state={form}
        fields={['chat_id', 'message', 'session_id']}
        onSubmit={send}
        onDone={onClose}
        footer={
          <>
            <Button onClick={onClose}>{t('cancel')}</Button>
            <Button look="primary" type="submit" busy={form.isBusy} refused={down ?? missing}>
              {t('composer.send')}
            </Button>
          </>
        }
      >
        {sessions.length < 2 ? null : (
          <Select
            label={t('new.from')}
            options={sessions.map(({ id, name }) => ({ value: id, label: name }))}
            value={sessionId ?? ''}
            error={form.problem('session_id')}
            onChange={(event) => setChosen(event.target.value)}
          />
        )}
        {down === undefined ? null : <p className="mbarrier warn">{down}</p>}
        <Combobox
          label={t('new.to')}
          hint={t('new.to_hint')}
          options={options}
          value={to}
          onChange={setTo}
          onSearch={setSearch}
          error={form.problem('chat_id')}
        />
        <TextArea
          label={t('new.text')}
          value={text}
          maxLength={4096}
          error={form.problem('message')}
          onChange={(event) => setText(event.target.value)}
        />
      </Form>
    </Dialog>
  )
}
