import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { Button } from '../../../kit/button.tsx'
import { CurlBox } from '../../../kit/curl.tsx'
import { Dialog } from '../../../kit/dialog.tsx'
import { TextArea, TextField } from '../../../kit/field.tsx'
import { Form, useForm } from '../../../kit/form.tsx'
import { type CustomGroup, createList, updateList } from '../queries.ts'
import { useText } from '../words.ts'

interface ListDialogProps {
  open: boolean
  onClose(): void
  /** The one to rename; a new one without. */
  list?: CustomGroup
}

/** Makes a list, or renames one. */
export function ListDialog({ open, onClose, list }: ListDialogProps) {
  const t = useText()
  return (
    <Dialog open={open} onClose={onClose} title={list === undefined ? t('new.list') : t('rename')}>
      <ListForm list={list} onDone={onClose} />
    </Dialog>
  )
}

function ListForm({ list, onDone }: { list: CustomGroup | undefined; onDone(): void }) {
  const t = useText()
  const form = useForm()
  const navigate = useNavigate()
  const [name, setName] = useState(list?.name ?? '')
  const [description, setDescription] = useState(list?.description ?? '')
  const body = { name: name.trim(), description: description.trim() === '' ? null : description.trim() }
  const refused = body.name === '' ? t('name_missing') : undefined
  return (
    <Form
      state={form}
      fields={['name', 'description']}
      onSubmit={async () => {
        if (refused !== undefined) return
        if (list !== undefined) {
          await updateList(list.id, body)
          onDone()
          return
        }
        const made = await createList(body)
        if (made !== undefined) await navigate({ to: '/contacts/lists/$listId', params: { listId: made.id } })
      }}
      footer={
        <Button type="submit" look="primary" busy={form.isBusy} refused={refused}>
          {list === undefined ? t('create') : t('save')}
        </Button>
      }
    >
      <TextField
        label={t('column.name')}
        dir="auto"
        maxLength={255}
        value={name}
        error={form.problem('name')}
        onChange={(event) => setName(event.target.value)}
      />
      <TextArea
        label={t('field.description')}
        rows={2}
        value={description}
        error={form.problem('description')}
        onChange={(event) => setDescription(event.target.value)}
      />
      <details>
        <summary>{t('as_curl')}</summary>
        <CurlBox
          call={
            list === undefined
              ? { method: 'post', path: '/api/v2/custom-groups', body }
              : {
                  method: 'patch',
                  path: '/api/v2/custom-groups/{id}',
                  params: { path: { id: list.id } },
                  body,
                }
          }
        />
      </details>
    </Form>
  )
}
