import { useNavigate, useParams } from '@tanstack/react-router'
import { useState } from 'react'
import { useFormat } from '../../../i18n/format.ts'
import { Button } from '../../../kit/button.tsx'
import { CurlButton } from '../../../kit/curl.tsx'
import { Form, useForm } from '../../../kit/form.tsx'
import { Loaded } from '../../../kit/loaded.tsx'
import { Note } from '../../../kit/notes.tsx'
import { showToast } from '../../../kit/toasts.tsx'
import { Page, PageBody } from '../../../shell/page.tsx'
import '../campaigns.css'
import { changeJob, type Job, steerJob, useJob } from '../queries.ts'
import { useTitle } from '../titles.ts'
import { useText } from '../words.ts'
import { NameField } from './audience-fields.tsx'
import { type Draft, draftOf, toChange, toPreview } from './draft.ts'
import { PhonePreview } from './phone-preview.tsx'
import { RuleFields } from './rule-fields.tsx'
import { TestButton } from './test-button.tsx'
import { TextFields } from './text-fields.tsx'

/** Changes a campaign that rests, for those who have not got the message. */
export function EditCampaignPage() {
  const t = useText()
  const title = useTitle()
  const { campaignId } = useParams({ from: '/app/campaigns/$campaignId/edit' })
  const query = useJob(campaignId)
  return (
    <Page
      title={query.data === undefined ? t('edit') : t('edit.title', { name: title(query.data) })}
      crumb={{
        to: '/campaigns/$campaignId',
        params: { campaignId },
        label: query.data === undefined ? t('title') : title(query.data),
      }}
      actions={
        <CurlButton
          calls={[
            {
              method: 'patch',
              path: '/api/v2/bulk-send/{id}',
              params: { path: { id: campaignId } },
              body: {},
            },
          ]}
        />
      }
    >
      <PageBody label={t('edit')}>
        <Loaded query={query} title={t('one.failed')}>
          {(job) => <Editor key={job.id} job={job} />}
        </Loaded>
      </PageBody>
    </Page>
  )
}

const formFields = [
  'name',
  'message_content',
  'variants',
  'media_url',
  'quiet_hours',
  'time_zone',
  'send_before',
]

function Editor({ job }: { job: Job }) {
  const t = useText()
  const { timeZone } = useFormat()
  const navigate = useNavigate()
  const form = useForm()
  const [draft, setDraft] = useState<Draft>(() => draftOf(job, timeZone))
  const change = (part: Partial<Draft>) => setDraft((old) => ({ ...old, ...part }))
  const canChange = job.status === 'paused' || job.status === 'pending'
  const left = job.total_recipients - job.sent_count - job.failed_count - job.skipped_count
  const save = async () => {
    await changeJob(job.id, toChange(draft, timeZone))
  }
  const leave = () => navigate({ to: '/campaigns/$campaignId', params: { campaignId: job.id } })
  async function saveAndResume() {
    const isDone = await form.submit(async () => {
      await save()
      await steerJob(job.id, 'resume')
    })
    if (isDone) await leave()
  }
  return (
    <div className="compose">
      <Form
        state={form}
        fields={formFields}
        onSubmit={save}
        onDone={() => {
          showToast({ text: t('edit.saved') })
          void leave()
        }}
        footer={
          <>
            <TestButton body={toPreview(draft)} refused={undefined} />
            <Button type="submit" busy={form.isBusy} refused={canChange ? undefined : t('edit.running')}>
              {t('edit.save')}
            </Button>
            {job.status === 'paused' ? (
              <Button look="primary" icon="play" busy={form.isBusy} onClick={() => void saveAndResume()}>
                {t('edit.save_resume')}
              </Button>
            ) : null}
          </>
        }
      >
        {canChange ? null : (
          <Note tone="warn" shape="lock" title={t('edit.running')}>
            {t('edit.pause_first')}
          </Note>
        )}
        <p className="soft">{t('edit.who', { count: left })}</p>
        <section className="card">
          <div className="pad">
            <NameField draft={draft} onChange={change} problem={form.problem} />
          </div>
        </section>
        <TextFields draft={draft} onChange={change} problem={form.problem} />
        <RuleFields draft={draft} people={left} onChange={change} problem={form.problem} />
      </Form>
      <PhonePreview draft={draft} />
    </div>
  )
}
