import { CopyButton } from '../../../kit/copy-button.tsx'
import { Glyph } from '../../../kit/icon.tsx'
import { LinesDialog } from '../../../kit/lines-dialog.tsx'
import { Phone } from '../../../kit/text-parts.tsx'
import { readKeywords } from '../keywords.ts'
import { changeMembers, type WhatsAppGroup } from '../queries.ts'
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
  return (
    <LinesDialog
      open={open}
      onClose={onClose}
      title={t('members.add')}
      label={t('add.numbers')}
      hint={t('add.hint')}
      dir="ltr"
      field="participants"
      read={readKeywords}
      refuse={({ length }) =>
        length === 0 ? t('add.missing') : length > most ? t('add.too_many', { count: most }) : undefined
      }
      action={(count) => t('add.action', { count })}
      send={(numbers) => changeMembers(group, 'participants/add', numbers)}
      close={t('close')}
    >
      {(results) => (
        <ul className="results">
          {results.map((result, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: in the order they were given, and nothing else names them
            <li key={index}>
              <Glyph name={result.success ? 'ok' : 'tri'} tone={result.success ? 'ok' : 'bad'} />
              {result.phone === null ? t('hidden_number') : <Phone number={result.phone} />}
              <span>{result.success ? t('add.done') : t.of(`member_error.${result.error ?? 'failed'}`)}</span>
              {result.invitation === null ? null : (
                <CopyButton text={result.invitation.url} label={t('add.copy_invitation')} />
              )}
            </li>
          ))}
        </ul>
      )}
    </LinesDialog>
  )
}
