import { useState } from 'react'
import { api } from '../../../api/client.ts'
import { Button } from '../../../kit/button.tsx'
import { Dialog } from '../../../kit/dialog.tsx'
import { TextArea } from '../../../kit/field.tsx'
import { Form, useForm } from '../../../kit/form.tsx'
import type { Message } from '../shapes.ts'
import { useText } from '../words.ts'
import { textOf } from './kind-words.ts'
import { refreshThread } from './thread-window.ts'

/** Gives an own text a new wording. */
export function EditDialog({ message, onClose }: { message: Message; onClose(): void }) {
  const t = useText()
  const form = useForm()
  const [text, setText] = useState(textOf(message))
  async function save() {
    await api.PATCH('/api/v2/messages/{message_id}', {
      params: { path: { message_id: message.id } },
      body: { message: text.trim() },
    })
    await refreshThread({ sessionId: message.session_id, chatId: message.chat_id })
  }
  return (
    <Dialog open onClose={onClose} title={t('edit.title')}>
      <Form
        state={form}
        fields={['message']}
        onSubmit={save}
        onDone={onClose}
        footer={
          <>
            <Button onClick={onClose}>{t('cancel')}</Button>
            <Button
              look="primary"
              type="submit"
              busy={form.isBusy}
              refused={text.trim() === '' ? t('edit.empty') : undefined}
            >
              {t('edit.save')}
            </Button>
          </>
        }
      >
        <TextArea
          label={t('edit.label')}
          value={text}
          maxLength={4096}
          error={form.problem('message')}
          onChange={(event) => setText(event.target.value)}
        />
      </Form>
    </Dialog>
  )
}
