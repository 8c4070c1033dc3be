import { useState } from 'react'
import { api, type Schemas } from '../../../api/client.ts'
import { invalidatePaths } from '../../../api/query-client.ts'
import { Button } from '../../../kit/button.tsx'
import { TextArea } from '../../../kit/field.tsx'
import { Form, useForm } from '../../../kit/form.tsx'
import { useText } from '../words.ts'

/** What colleagues should know about somebody. */
export function NotePart({ contact }: { contact: Schemas['Contact'] }) {
  const t = useText()
  const form = useForm()
  const [text, setText] = useState<string>()
  async function save() {
    const notes = text?.trim() ?? ''
    await api.PATCH('/api/v2/contacts/{id}', {
      params: { path: { id: contact.id } },
      body: { notes: notes === '' ? null : notes },
    })
    await invalidatePaths(['/api/v2/contacts'])
  }
  return (
    <section>
      <h2>
        {t('note.title')}
        {text === undefined ? (
          <Button look="quiet" className="msmall" onClick={() => setText(contact.notes ?? '')}>
            {t(contact.notes === null ? 'note.add' : 'note.edit')}
          </Button>
        ) : null}
      </h2>
      {text === undefined ? (
        <p className="soft mtext" dir="auto">
          {contact.notes}
        </p>
      ) : (
        <Form
          state={form}
          fields={['notes']}
          onSubmit={save}
          onDone={() => setText(undefined)}
          footer={
            <>
              <Button onClick={() => setText(undefined)}>{t('cancel')}</Button>
              <Button look="primary" type="submit" busy={form.isBusy}>
                {t('note.save')}
              </Button>
            </>
          }
        >
          <TextArea
            label={t('note.title')}
            value={text}
            maxLength={5000}
            error={form.problem('notes')}
            onChange={(event) => setText(event.target.value)}
          />
        </Form>
      )}
    </section>
  )
}
