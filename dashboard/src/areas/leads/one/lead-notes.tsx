import { useState } from 'react'
import { queries } from '../../../api/client.ts'
import { Button } from '../../../kit/button.tsx'
import { Select, TextArea } from '../../../kit/field.tsx'
import { Form, useForm } from '../../../kit/form.tsx'
import { showToast } from '../../../kit/toasts.tsx'
import { type LeadDetail, updateLead } from '../queries.ts'
import { useText } from '../words.ts'

const mostNotes = 2000
const nobody = ''

/** Who cares for it, and what is worth knowing. */
export function LeadNotes({ lead }: { lead: LeadDetail }) {
  const t = useText()
  const form = useForm()
  const { data: me } = queries.useQuery('get', '/api/v2/users/me')
  const [notes, setNotes] = useState(lead.notes ?? '')
  const [assigned, setAssigned] = useState(lead.assigned_to ?? nobody)
  const isChanged = notes !== (lead.notes ?? '') || assigned !== (lead.assigned_to ?? nobody)
  const other = lead.assigned_to !== null && lead.assigned_to !== me?.id ? lead.assigned_to : undefined
  return (
    <section className="card" aria-labelledby="lead-notes">
      <header>
        <h2 id="lead-notes">{t('care')}</h2>
      </header>
      <div className="card-in">
        <Form
          state={form}
          fields={['notes', 'assigned_to']}
          onSubmit={async () => {
            await updateLead(lead.id, {
              notes: notes.trim() === '' ? null : notes,
              assigned_to: assigned === nobody ? null : assigned,
            })
            showToast({ text: t('care.saved') })
          }}
          footer={
            <Button type="submit" busy={form.isBusy} refused={isChanged ? undefined : t('care.same')}>
              {t('save')}
            </Button>
          }
        >
          <Select
            label={t('care.who')}
            value={assigned}
            error={form.problem('assigned_to')}
            options={[
              { value: nobody, label: t('care.nobody') },
              ...(me === undefined
                ? []
                : [{ value: me.id, label: t('care.me', { name: me.full_name ?? me.email }) }]),
              ...(other === undefined ? [] : [{ value: other, label: t('care.other') }]),
            ]}
            onChange={(event) => setAssigned(event.target.value)}
          />
          <TextArea
            label={t('care.notes')}
            value={notes}
            maxLength={mostNotes}
            error={form.problem('notes')}
            onChange={(event) => setNotes(event.target.value)}
          />
        </Form>
      </div>
    </section>
  )
}
