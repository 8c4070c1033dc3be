import { useState } from 'react'
import { Button } from '../../../kit/button.tsx'
import { CopyButton } from '../../../kit/copy-button.tsx'
import { Dialog } from '../../../kit/dialog.tsx'
import { TextArea } from '../../../kit/field.tsx'
import { Form, useForm } from '../../../kit/form.tsx'
import { Glyph } from '../../../kit/icon.tsx'
import { Phone } from '../../../kit/text-parts.tsx'
import { readKeywords } from '../keywords.ts'
import { changeMembers, type MemberResult, type WhatsAppGroup } from '../queries.ts'
import { useText } from '../words.ts'

/** As many as one call adds. */
const most = 50

interface AddMembersDialogProps {
  open: boolean
  onClose(): void
  group: WhatsAppGroup
}

/** Adds people by their numbers, and says for each what became of it. */
export function AddMembersDialog({ open, onClose, group }: AddMembersDialogProps) {
  const t = useText()
  const form = useForm()
  const [text, setText] = useState('')
  const [results, setResults] = useState<readonly MemberResult[]>()
  const numbers = readKeywords(text)
  const close = () => {
    setResults(undefined)
    setText('')
    form.clear()
    onClose()
  }
  const refused =
    numbers.length === 0
      ? t('add.missing')
      : numbers.length > most
        ? t('add.too_many', { count: most })
        : undefined
  return (
    <Dialog open={open} onClose={close} title={t('members.add')} wide>
      {results === undefined ? (
        <Form
          state={form}
          fields={['participants']}
          onSubmit={async () => {
            if (refused === undefined) setResults(await changeMembers(group, 'participants/add', numbers))
          }}
          footer={
            <Button type="submit" look="primary" busy={form.isBusy} refused={refused}>
              {t('add.action', { count: numbers.length })}
            </Button>
          }
        >
          <TextArea
            label={t('add.numbers')}
            hint={t('add.hint')}
            dir="ltr"
            value={text}
            error={form.problem('participants')}
            onChange={(event) => setText(event.target.value)}
          />
        </Form>
      ) : (
        <>
          <ul className="results">
            {results.map((result, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: in the order they were given, and nothing else names them
              <li key={index}>
                <Glyph name={result.success ? 'ok' : 'tri'} tone={result.success ? 'ok' : 'bad'} />
                {result.phone === null ? t('hidden_number') : <Phone number={result.phone} />}
                <span>
                  {result.success ? t('add.done') : t.of(`member_error.${result.error ?? 'failed'}`)}
                </span>
                {result.invitation === null ? null : (
                  <CopyButton text={result.invitation.url} label={t('add.copy_invitation')} />
                )}
              </li>
            ))}
          </ul>
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
