import { useState } from 'react'
import { api, queries } from '../../../api/client.ts'
import { invalidatePaths } from '../../../api/query-client.ts'
import { Button } from '../../../kit/button.tsx'
import { Combobox } from '../../../kit/combobox.tsx'
import { Dialog } from '../../../kit/dialog.tsx'
import { Form, useForm } from '../../../kit/form.tsx'
import { newKey } from '../../../kit/new-key.ts'
import { showToast } from '../../../kit/toasts.tsx'
import type { Message } from '../shapes.ts'
import { useTitles } from '../title.tsx'
import { useText } from '../words.ts'
import { useSummary } from './quote.tsx'
import { refreshThread } from './thread-window.ts'

/** Sends a message once more, to another conversation of the same number. */
export function ForwardDialog({ message, onClose }: { message: Message; onClose(): void }) {
  const t = useText()
  const summary = useSummary()
  const form = useForm()
  const [search, setSearch] = useState('')
  const [to, setTo] = useState<string>()
  // One key for the dialog: pressing again after a lost answer forwards once.
  const [key] = useState(() => newKey())
  const { data } = queries.useQuery('get', '/api/v2/chats', {
    params: {
      query: { session_id: message.session_id, limit: 20, ...(search === '' ? {} : { search }) },
    },
  })
  const chats = data?.chats ?? []
  const titleOf = useTitles(chats)
  const chosen = chats.find(({ id }) => id === to)
  async function forward() {
    if (chosen === undefined) return
    await api.POST('/api/v2/messages/{message_id}/forward', {
      params: {
        path: { message_id: message.id },
        header: { 'Idempotency-Key': `${key}-${chosen.id}`, Prefer: 'respond-async' },
      },
      body: { chat_id: chosen.wa_chat_id },
    })
    showToast({ text: t('forward.done', { name: titleOf(chosen) }) })
    await Promise.all([
      invalidatePaths(['/api/v2/chats']),
      refreshThread({ sessionId: message.session_id, chatId: chosen.id }),
    ])
  }
  return (
    <Dialog open onClose={onClose} title={t('forward.title')}>
      <Form
        state={form}
        fields={['chat_id']}
        onSubmit={forward}
        onDone={onClose}
        footer={
          <>
            <Button onClick={onClose}>{t('cancel')}</Button>
            <Button
              look="primary"
              type="submit"
              busy={form.isBusy}
              refused={chosen === undefined ? t('forward.choose') : undefined}
            >
              {t('forward.action')}
            </Button>
          </>
        }
      >
        <p className="quote">
          <bdi className="clamp2">{summary(message)}</bdi>
        </p>
        <Combobox
          label={t('forward.to')}
          options={chats.map((chat) => ({ value: chat.id, label: titleOf(chat) }))}
          value={to}
          onChange={setTo}
          onSearch={setSearch}
          error={form.problem('chat_id')}
        />
      </Form>
    </Dialog>
  )
}
