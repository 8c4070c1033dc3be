import { LinesDialog } from '../../../kit/lines-dialog.tsx'
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
  return (
    <LinesDialog
      open={open}
      onClose={onClose}
      title={t('add')}
      label={t('add.who')}
      hint={t('add.hint')}
      field="contacts"
      read={readPeople}
      refuse={({ length }) =>
        length === 0 ? t('add.missing') : length > most ? t('add.too_many', { count: most }) : undefined
      }
      action={(count) => t('add.action', { count })}
      send={(people) => addMembers(list.id, people)}
      close={t('close')}
    >
      {({ added, skipped }) => (
        <p role="status">
          <b>{t('add.done', { count: added })}</b>{' '}
          {skipped === 0 ? null : t('add.skipped', { count: skipped })}
        </p>
      )}
    </LinesDialog>
  )
}
