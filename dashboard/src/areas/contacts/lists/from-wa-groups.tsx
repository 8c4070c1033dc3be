import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { useFormat } from '../../../i18n/format.ts'
import { Button } from '../../../kit/button.tsx'
import { Dialog } from '../../../kit/dialog.tsx'
import { Checkbox, FieldGroup, TextField } from '../../../kit/field.tsx'
import { Form, useForm } from '../../../kit/form.tsx'
import { Loaded } from '../../../kit/loaded.tsx'
import { Note } from '../../../kit/notes.tsx'
import { createFromWaGroups, type ImportedGroups, useWaGroups } from '../queries.ts'
import { useText } from '../words.ts'

/** As many groups as one call takes. */
const most = 50

/** Makes a list of everybody in WhatsApp groups, and says whom it could not reach. */
export function FromWaGroupsDialog({ open, onClose }: { open: boolean; onClose(): void }) {
  const t = useText()
  const [made, setMade] = useState<ImportedGroups>()
  const close = () => {
    setMade(undefined)
    onClose()
  }
  return (
    <Dialog open={open} onClose={close} title={t('new.groups')} wide>
      {made === undefined ? <Choice onMade={setMade} /> : <Report made={made} />}
    </Dialog>
  )
}

function Choice({ onMade }: { onMade(made: ImportedGroups): void }) {
  const t = useText()
  const format = useFormat()
  const form = useForm()
  const query = useWaGroups()
  const [name, setName] = useState('')
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set())
  const toggle = (key: string) => {
    const next = new Set(chosen)
    if (!next.delete(key)) next.add(key)
    setChosen(next)
  }
  const refused = refusalOf(t, name, chosen.size)
  return (
    <Form
      state={form}
      fields={['name', 'wa_groups']}
      onSubmit={async () => {
        if (refused !== undefined) return
        const wa_groups = [...chosen].map((key) => {
          const [session_id = '', wa_group_id = ''] = key.split(' ')
          return { wa_group_id, session_id }
        })
        const made = await createFromWaGroups({ name: name.trim(), wa_groups })
        if (made !== undefined) onMade(made)
      }}
      footer={
        <Button type="submit" look="primary" busy={form.isBusy} refused={refused}>
          {t('create')}
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
      <FieldGroup legend={t('groups.choose')}>
        <Loaded query={query} title={t('groups.failed')}>
          {({ groups }) =>
            groups.length === 0 ? (
              <p className="mute">{t('groups.none')}</p>
            ) : (
              <div className="choices">
                {groups.map((group) => {
                  const key = `${group.session_id} ${group.wa_group_id}`
                  return (
                    <Checkbox
                      key={key}
                      label={<bdi>{group.name}</bdi>}
                      hint={t('groups.about', {
                        count: group.participant_count,
                        number: format.number(group.participant_count),
                        session: group.session_name,
                      })}
                      checked={chosen.has(key)}
                      onChange={() => toggle(key)}
                    />
                  )
                })}
              </div>
            )
          }
        </Loaded>
      </FieldGroup>
    </Form>
  )
}

function refusalOf(t: ReturnType<typeof useText>, name: string, count: number): string | undefined {
  if (name.trim() === '') return t('name_missing')
  if (count === 0) return t('groups.missing')
  return count > most ? t('groups.too_many', { count: most }) : undefined
}

function Report({ made }: { made: ImportedGroups }) {
  const t = useText()
  const format = useFormat()
  const navigate = useNavigate()
  return (
    <>
      <p role="status">
        <b>{t('groups.stored', { count: made.imported, number: format.number(made.imported) })}</b>{' '}
        {made.duplicates_skipped === 0 ? null : t('groups.twice', { count: made.duplicates_skipped })}
      </p>
      {made.unresolved === 0 ? null : (
        <Note tone="warn" shape="ring" title={t('groups.unresolved', { count: made.unresolved })}>
          {t('groups.unresolved_text')}
        </Note>
      )}
      <footer>
        <Button
          look="primary"
          onClick={() => void navigate({ to: '/contacts/lists/$listId', params: { listId: made.id } })}
        >
          {t('open_list')}
        </Button>
      </footer>
    </>
  )
}
