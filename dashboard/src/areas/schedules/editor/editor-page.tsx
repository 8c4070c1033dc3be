import { useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { useRef, useState } from 'react'
import { ApiError } from '../../../api/api-error.ts'
import { useFormat } from '../../../i18n/format.ts'
import { Button } from '../../../kit/button.tsx'
import { CurlButton } from '../../../kit/curl.tsx'
import { TextField } from '../../../kit/field.tsx'
import { Form, useForm } from '../../../kit/form.tsx'
import { Loaded } from '../../../kit/loaded.tsx'
import { Note } from '../../../kit/notes.tsx'
import { isWhole } from '../../../kit/rule.ts'
import { Page, PageBody } from '../../../shell/page.tsx'
import { changeSchedule, createSchedule, useSchedule } from '../queries.ts'
import '../schedules.css'
import { useText } from '../words.ts'
import { type Fields, fieldsOf, freshFields, hasTarget, toBody, toChange } from './form-state.ts'
import { MessageFields, PolicyFields } from './message-fields.tsx'
import { TargetFields } from './target-fields.tsx'
import { WhenFields } from './when-fields.tsx'

/** Makes a schedule. */
export function NewSchedulePage() {
  const t = useText()
  const { timeZone } = useFormat()
  const { channel } = useSearch({ from: '/app/schedules/new' })
  return (
    <Editor
      key={timeZone}
      title={t('new')}
      initial={freshFields(Date.now(), timeZone, channel)}
      id={undefined}
    />
  )
}

/** Changes one. */
export function EditSchedulePage() {
  const t = useText()
  const { scheduleId } = useParams({ from: '/app/schedules/$scheduleId/edit' })
  const query = useSchedule(scheduleId)
  return (
    <Loaded query={query} title={t('one.failed')}>
      {(schedule) => (
        <Editor
          key={schedule.id}
          title={t('edit.title', { name: schedule.name })}
          initial={fieldsOf(schedule, Date.now())}
          id={schedule.id}
        />
      )}
    </Loaded>
  )
}

const formFields = [
  ...['name', 'session_id', 'custom_group_id', 'chat_id', 'channel_id', 'message_content', 'media_url'],
  ...['cron_expression', 'scheduled_time', 'timezone', 'quiet_hours', 'send_within_minutes'],
]

function Editor({ title, initial, id }: { title: string; initial: Fields; id: string | undefined }) {
  const t = useText()
  const navigate = useNavigate()
  const form = useForm()
  const [before] = useState(initial)
  const [fields, setFields] = useState(initial)
  const goal = useRef(id)
  const change = (part: Partial<Fields>) => setFields((old) => ({ ...old, ...part }))
  const missing = useMissing(fields)
  const body = toBody(fields)
  // Making one has no key: whether a try without an answer arrived, only the list tells.
  const isUnsure = id === undefined && form.error instanceof ApiError && form.error.status === 0
  return (
    <Page
      title={title}
      crumb={
        id === undefined
          ? { to: '/schedules', label: t('title') }
          : { to: '/schedules/$scheduleId', params: { scheduleId: id }, label: before.name }
      }
      actions={
        <CurlButton
          calls={[
            id === undefined
              ? { method: 'post', path: '/api/v2/scheduled-messages', body }
              : {
                  method: 'patch',
                  path: '/api/v2/scheduled-messages/{id}',
                  params: { path: { id } },
                  body: toChange(fields, before),
                },
          ]}
        />
      }
    >
      <PageBody label={title}>
        <div className="schedule-form">
          <Form
            state={form}
            fields={formFields}
            onSubmit={async () => {
              if (missing !== undefined) return
              if (id === undefined) goal.current = await createSchedule(body)
              else await changeSchedule(id, toChange(fields, before))
            }}
            onDone={() => {
              const { current } = goal
              if (current !== undefined)
                void navigate({ to: '/schedules/$scheduleId', params: { scheduleId: current } })
            }}
            footer={
              <Button look="primary" type="submit" busy={form.isBusy} refused={missing}>
                {t(id === undefined ? 'create' : 'save')}
              </Button>
            }
          >
            <section className="card" aria-labelledby="h-to">
              <header>
                <h2 id="h-to">{t('section.to')}</h2>
              </header>
              <div className="pad stack">
                <TextField
                  label={t('field.name')}
                  dir="auto"
                  maxLength={255}
                  value={fields.name}
                  error={form.problem('name')}
                  onChange={(event) => change({ name: event.target.value })}
                />
                <TargetFields
                  fields={fields}
                  onChange={change}
                  problem={form.problem}
                  isFixed={id !== undefined}
                />
              </div>
            </section>
            <MessageFields fields={fields} onChange={change} problem={form.problem} />
            <WhenFields fields={fields} onChange={change} problem={form.problem} />
            <PolicyFields fields={fields} onChange={change} problem={form.problem} />
            {isUnsure ? (
              <Note tone="warn" shape="tri" title={t('unsure.title')}>
                {t('unsure.text')}
              </Note>
            ) : null}
          </Form>
        </div>
      </PageBody>
    </Page>
  )
}

/** What is still needed. */
function useMissing(fields: Fields): string | undefined {
  const t = useText()
  if (fields.name.trim() === '') return t('missing.name')
  if (fields.sessionId === '') return t('missing.session')
  if (!hasTarget(fields)) return t('missing.target')
  if (fields.variants === null && fields.text.trim() === '' && fields.mediaUrl.trim() === '')
    return t('missing.text')
  return isWhole(fields.rule) ? undefined : t('missing.rule')
}
