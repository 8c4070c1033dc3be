import { Link, useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { ApiError } from '../../../api/api-error.ts'
import { queries } from '../../../api/client.ts'
import { useFormat } from '../../../i18n/format.ts'
import { Button } from '../../../kit/button.tsx'
import { Confirm, type Consequence } from '../../../kit/confirm.tsx'
import { CurlButton } from '../../../kit/curl.tsx'
import { Form, useForm } from '../../../kit/form.tsx'
import { Loaded } from '../../../kit/loaded.tsx'
import { Note } from '../../../kit/notes.tsx'
import { Page, PageBody } from '../../../shell/page.tsx'
import '../campaigns.css'
import { startJob, useCold, useList, useLists } from '../queries.ts'
import { useText } from '../words.ts'
import { AudienceFields } from './audience-fields.tsx'
import { toBody, toPreview, useDraft, writtenTexts } from './draft.ts'
import { estimateEnd } from './estimate.ts'
import { PhonePreview } from './phone-preview.tsx'
import { RuleFields } from './rule-fields.tsx'
import { TestButton } from './test-button.tsx'
import { TextFields } from './text-fields.tsx'

/** Writes a new campaign. */
export function NewCampaignPage() {
  const t = useText()
  const query = queries.useQuery('get', '/api/v2/users/me')
  return (
    <Loaded query={query}>{(user) => <Composer key={user.id} userId={user.id} title={t('new')} />}</Loaded>
  )
}

const formFields = [
  ...['name', 'session_id', 'custom_group_id', 'message_content', 'variants', 'media_url', 'quiet_hours'],
  ...['time_zone', 'send_before'],
]

function Composer({ userId, title }: { userId: string; title: string }) {
  const t = useText()
  const { timeZone } = useFormat()
  const { draft, change, forget, clear } = useDraft(userId)
  const form = useForm()
  const [isAsking, setAsking] = useState(false)
  const missing = useMissing(draft)
  const size = useList(draft.groupId).data
  const people = size === undefined ? 0 : size.total - size.opted_out
  return (
    <Page
      title={title}
      crumb={{ to: '/campaigns', label: t('title') }}
      actions={
        <>
          <Button look="quiet" onClick={clear}>
            {t('compose.clear')}
          </Button>
          <CurlButton
            calls={[{ method: 'post', path: '/api/v2/bulk-send', body: toBody(draft, timeZone) }]}
          />
        </>
      }
    >
      <PageBody label={title}>
        <div className="compose">
          <Form
            state={form}
            fields={formFields}
            onSubmit={async () => {
              if (missing === undefined) setAsking(true)
            }}
            footer={
              <>
                <TestButton body={toPreview(draft)} refused={missing} />
                <Button
                  look="primary"
                  type="submit"
                  icon="send"
                  refused={missing}
                  onClick={() => setAsking(true)}
                >
                  {t('compose.start', { count: people })}
                </Button>
              </>
            }
          >
            <AudienceFields draft={draft} onChange={change} problem={form.problem} />
            <TextFields draft={draft} onChange={change} problem={form.problem} />
            <RuleFields draft={draft} people={people} onChange={change} problem={form.problem} />
          </Form>
          <PhonePreview draft={draft} />
        </div>
        <StartDialog open={isAsking} onClose={() => setAsking(false)} draft={draft} forget={forget} />
      </PageBody>
    </Page>
  )
}

/** What is still needed; undefined when it can go. */
function useMissing(draft: Parameters<typeof toBody>[0]): string | undefined {
  const t = useText()
  if (draft.sessionId === '') return t('missing.session')
  if (draft.groupId === '') return t('missing.audience')
  if (writtenTexts(draft).length === 0 && draft.mediaUrl.trim() === '') return t('missing.text')
  return undefined
}

interface StartProps {
  open: boolean
  onClose(): void
  draft: Parameters<typeof toBody>[0]
  forget(): void
}

function StartDialog({ open, onClose, draft, forget }: StartProps) {
  const t = useText()
  const format = useFormat()
  const navigate = useNavigate()
  const [mismatch, setMismatch] = useState(false)
  const { data: list } = useList(draft.groupId)
  const { data: cold } = useCold(draft.groupId, draft.sessionId)
  const name = useLists().data?.groups.find(({ id }) => id === draft.groupId)?.name ?? ''
  const people = list === undefined ? 0 : list.total - list.opted_out
  const end = estimateEnd(people, Date.now(), draft.isQuiet ? draft.quiet : null, format.timeZone)
  const consequences: Consequence[] = [
    ...(list !== undefined && list.opted_out > 0
      ? [[format.number(list.opted_out), t('start.opted_out', { count: list.opted_out })] as const]
      : []),
    ...(cold !== undefined && cold.total > 0
      ? [[format.number(cold.total), t('start.cold', { count: cold.total })] as const]
      : []),
  ]
  return (
    <Confirm
      open={open}
      onClose={onClose}
      title={t('start.title', { count: people })}
      action={t('start.action', { count: people })}
      consequences={consequences}
      run={async () => {
        try {
          const job = await startJob(toBody(draft, format.timeZone), draft.key)
          forget()
          await navigate({ to: '/campaigns/$campaignId', params: { campaignId: job.id } })
        } catch (error) {
          setMismatch(error instanceof ApiError && error.code === 'idempotency_mismatch')
          throw error
        }
      }}
    >
      <p>{t.rich('start.text', { list: <bdi>{name}</bdi>, when: format.planned(end) })}</p>
      {mismatch ? (
        <Note tone="warn" shape="tri" title={t('start.twice')}>
          <Link className="link" to="/campaigns">
            {t('start.twice_look')}
          </Link>
        </Note>
      ) : null}
    </Confirm>
  )
}
