import { useParams } from '@tanstack/react-router'
import { useForm } from '../../kit/form.tsx'
import { Loaded } from '../../kit/loaded.tsx'
import { ErrorNote } from '../../kit/notes.tsx'
import { StateTag } from '../../kit/states.tsx'
import { Page, PageBody } from '../../shell/page.tsx'
import { CampaignActions } from './campaign-actions.tsx'
import { FunnelCard, ReasonsCard } from './campaign-outcome.tsx'
import { PaceCard } from './campaign-pace.tsx'
import { ProgressCard } from './campaign-progress.tsx'
import { RecipientsCard } from './campaign-recipients.tsx'
import { TextCard } from './campaign-texts.tsx'
import './campaigns.css'
import { type Job, useJob } from './queries.ts'
import { useTitle } from './titles.ts'
import { useProgress } from './use-progress.ts'
import { useText } from './words.ts'

/** One campaign: how it comes along, what it achieved, whom it reached. */
export function CampaignPage() {
  const t = useText()
  const title = useTitle()
  const { campaignId } = useParams({ from: '/app/campaigns/$campaignId' })
  const query = useJob(campaignId)
  const steering = useForm()
  const { data: job } = query
  return (
    <Page
      title={job === undefined ? t('title') : title(job)}
      crumb={{ to: '/campaigns', label: t('title') }}
      state={job === undefined ? null : <StateTag kind="job" value={job.status} loud />}
      actions={job === undefined ? null : <CampaignActions job={job} steering={steering} />}
    >
      <PageBody label={t('one.label')}>
        {steering.error === undefined ? null : (
          <div className="steer-error">
            <ErrorNote error={steering.error} title={t('steer.failed')} />
          </div>
        )}
        <Loaded query={query} title={t('one.failed')}>
          {(loaded) => <Campaign key={loaded.id} job={loaded} />}
        </Loaded>
      </PageBody>
    </Page>
  )
}

function Campaign({ job }: { job: Job }) {
  const progress = useProgress(job)
  return (
    <div className="stack">
      <ProgressCard job={job} progress={progress} />
      <div className="two">
        <div className="stack">
          <PaceCard job={job} progress={progress} />
          <TextCard job={job} progress={progress} />
        </div>
        <div className="stack">
          <FunnelCard progress={progress} />
          <ReasonsCard job={job} progress={progress} />
        </div>
      </div>
      <RecipientsCard job={job} progress={progress} />
    </div>
  )
}
