import { useState } from 'react'
import { Button } from '../../../kit/button.tsx'
import { Checkbox, Select, TextArea, TextField } from '../../../kit/field.tsx'
import { Form, useForm } from '../../../kit/form.tsx'
import { showToast } from '../../../kit/toasts.tsx'
import { type SettingsBody, updateGroup, type WhatsAppGroup } from '../queries.ts'
import { useText } from '../words.ts'

const daySeconds = 86_400
const spans = [0, 1, 7, 90].map((days) => days * daySeconds)

interface Draft {
  subject: string
  description: string
  announce: boolean
  locked: boolean
  join_approval: boolean
  member_add_mode: WhatsAppGroup['member_add_mode']
  ephemeral: number
}

const draftOf = (group: WhatsAppGroup): Draft => ({
  subject: group.name,
  description: group.description ?? '',
  announce: group.announce,
  locked: group.locked,
  join_approval: group.join_approval,
  member_add_mode: group.member_add_mode,
  ephemeral: group.ephemeral_seconds ?? 0,
})

/** Only what differs is sent: each is a change that everybody in the group is told. */
function changesOf(draft: Draft, group: WhatsAppGroup): SettingsBody {
  const before = draftOf(group)
  return {
    ...(draft.subject === before.subject ? {} : { subject: draft.subject }),
    ...(draft.description === before.description
      ? {}
      : { description: draft.description === '' ? null : draft.description }),
    ...(draft.announce === before.announce ? {} : { announce: draft.announce }),
    ...(draft.locked === before.locked ? {} : { locked: draft.locked }),
    ...(draft.join_approval === before.join_approval ? {} : { join_approval: draft.join_approval }),
    ...(draft.member_add_mode === before.member_add_mode ? {} : { member_add_mode: draft.member_add_mode }),
    ...(draft.ephemeral === before.ephemeral
      ? {}
      : { ephemeral_seconds: draft.ephemeral as SettingsBody['ephemeral_seconds'] }),
  }
}

/** Subject, description and rules of a group. */
export function GroupSettings({ group }: { group: WhatsAppGroup }) {
  const t = useText()
  const form = useForm()
  const [draft, setDraft] = useState(() => draftOf(group))
  const change = (part: Partial<Draft>) => setDraft((before) => ({ ...before, ...part }))
  const body = changesOf(draft, group)
  const isLocked = !group.is_admin && group.locked
  const isSame = Object.keys(body).length === 0
  const refused = isLocked ? t('settings.admins_only') : isSame ? t('same') : undefined
  return (
    <section className="card" aria-labelledby="group-settings">
      <header>
        <h2 id="group-settings">{t('settings')}</h2>
      </header>
      <div className="card-in">
        <Form
          state={form}
          fields={['subject', 'description', 'ephemeral_seconds']}
          onSubmit={async () => {
            if (refused !== undefined) return
            await updateGroup(group, body)
            showToast({ text: t('saved') })
          }}
          footer={
            <Button type="submit" busy={form.isBusy} refused={refused}>
              {t('save')}
            </Button>
          }
        >
          <TextField
            label={t('field.subject')}
            dir="auto"
            maxLength={100}
            value={draft.subject}
            error={form.problem('subject')}
            onChange={(event) => change({ subject: event.target.value })}
          />
          <TextArea
            label={t('field.description')}
            maxLength={2048}
            value={draft.description}
            error={form.problem('description')}
            onChange={(event) => change({ description: event.target.value })}
          />
          <Rules draft={draft} change={change} />
        </Form>
      </div>
    </section>
  )
}

function Rules({ draft, change }: { draft: Draft; change(part: Partial<Draft>): void }) {
  const t = useText()
  const days = (seconds: number) =>
    seconds === 0 ? t('ephemeral.never') : t('ephemeral.days', { count: seconds / daySeconds })
  return (
    <>
      <Checkbox
        label={t('rule.announce')}
        checked={draft.announce}
        onChange={(event) => change({ announce: event.target.checked })}
      />
      <Checkbox
        label={t('rule.locked')}
        checked={draft.locked}
        onChange={(event) => change({ locked: event.target.checked })}
      />
      <Checkbox
        label={t('rule.approval')}
        checked={draft.join_approval}
        onChange={(event) => change({ join_approval: event.target.checked })}
      />
      <Checkbox
        label={t('rule.add')}
        checked={draft.member_add_mode === 'admins'}
        onChange={(event) => change({ member_add_mode: event.target.checked ? 'admins' : 'everyone' })}
      />
      <Select
        label={t('field.ephemeral')}
        value={String(draft.ephemeral)}
        options={spans.map((seconds) => ({ value: String(seconds), label: days(seconds) }))}
        onChange={(event) => change({ ephemeral: Number(event.target.value) })}
      />
    </>
  )
}
