import { useState } from 'react'
import { Button } from '../../../kit/button.tsx'
import { Dialog } from '../../../kit/dialog.tsx'
import { TextArea } from '../../../kit/field.tsx'
import { Form, useForm } from '../../../kit/form.tsx'
import { addMembers, type CustomGroup } from '../queries.ts'
import { useText } from '../words.ts'

/** As many as one call adds. */
const most = 1000

/** One a line: a number, and behind a comma or semicolon the name. */
function readPeople(text: string): { phone: string; name?: string }[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .map((line) => {
      const at = line.search(/[,;\t]/)
      const name = at === -1 ? '' : line.slice(at + 1).trim()
      return { phone: at === -1 ? line : line.slice(0, at).trim(), ...(name === '' ? {} : { name }) }
    })
}

interface AddPeopleDialogProps {
  open: boolean
  onClose(): void
  list: CustomGroup
}

/** Puts a few people on a list, and says how many of them were new. */
export function AddPeopleDialog({ open, onClose, list }: AddPeopleDialogProps) {
  const t = useText()
  const form = useForm()
  const [text, setText] = useState('')
  const [done, setDone] = useState<{ added: number; skipped: number }>()
  const people = readPeople(text)
  const close = () => {
    setDone(undefined)
    setText('')
    form.clear()
    onClose()
  }
  const refused =
    people.length === 0
      ? t('add.missing')
      : people.length > most
        ? t('add.too_many', { count: most })
        : undefined
  return (
    <Dialog open={open} onClose={close} title={t('add')} wide>
      {done === undefined ? (
        <Form
          state={form}
          fields={['contacts']}
          onSubmit={async () => {
            if (refused === undefined) setDone(await addMembers(list.id, people))
          }}
          footer={
            <Button type="submit" look="primary" busy={form.isBusy} refused={refused}>
              {t('add.action', { count: people.length })}
            </Button>
          }
        >
          <TextArea
            label={t('add.who')}
            hint={t('add.hint')}
            value={text}
            error={form.problem('contacts')}
            onChange={(event) => setText(event.target.value)}
          />
        </Form>
      ) : (
        <>
          <p role="status">
            <b>{t('add.done', { count: done.added })}</b>{' '}
            {done.skipped === 0 ? null : t('add.skipped', { count: done.skipped })}
          </p>
          <footer>
            <Button look="primary" onClick={close}>
              {t('close')}
            </Button>
          </footer>
        </>
      )}
    </Dialog>
  )
}
