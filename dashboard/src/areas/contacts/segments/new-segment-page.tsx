import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { Button } from '../../../kit/button.tsx'
import { CurlButton } from '../../../kit/curl.tsx'
import { TextField } from '../../../kit/field.tsx'
import { Form, useForm } from '../../../kit/form.tsx'
import { Page, PageBody } from '../../../shell/page.tsx'
import '../contacts.css'
import { createList, type Filter } from '../queries.ts'
import { useText } from '../words.ts'
import { finishedFilter } from './conditions.ts'
import { FilterBuilder } from './filter-builder.tsx'

/** A segment, clicked together. */
export function NewSegmentPage() {
  const t = useText()
  const form = useForm()
  const navigate = useNavigate()
  const [name, setName] = useState('')
  const [filter, setFilter] = useState<Filter>({})
  const body = { name: name.trim(), filter: finishedFilter(filter) }
  const refused = refusalOf(t, body)
  return (
    <Page
      title={t('new.segment')}
      crumb={{ to: '/contacts/lists', label: t('view.lists') }}
      actions={<CurlButton calls={[{ method: 'post', path: '/api/v2/custom-groups', body }]} />}
    >
      <PageBody label={t('new.segment')}>
        <Form
          state={form}
          fields={['name']}
          onSubmit={async () => {
            if (refused !== undefined) return
            const made = await createList(body)
            if (made !== undefined)
              await navigate({ to: '/contacts/lists/$listId', params: { listId: made.id } })
          }}
          footer={
            <Button type="submit" look="primary" busy={form.isBusy} refused={refused}>
              {t('segment.create')}
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
          <FilterBuilder filter={filter} onChange={setFilter} />
        </Form>
      </PageBody>
    </Page>
  )
}

function refusalOf(
  t: ReturnType<typeof useText>,
  body: { name: string; filter: Filter },
): string | undefined {
  if (body.name === '') return t('name_missing')
  return Object.keys(body.filter).length === 0 ? t('conditions.missing') : undefined
}
