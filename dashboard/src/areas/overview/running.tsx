import { Link } from '@tanstack/react-router'
import type { Schemas } from '../../api/client.ts'
import { useFormat } from '../../i18n/format.ts'
import { Progress } from '../../kit/figures.tsx'
import { StateTag } from '../../kit/states.tsx'
import { ListCard } from './card.tsx'
import { useRunningCampaigns } from './queries.ts'
import { useText } from './words.ts'

/** Campaigns that run, and when the next message of each goes. */
export function Running() {
  const t = useText()
  const { data } = useRunningCampaigns()
  if (data === undefined || data.jobs.length === 0) return null
  return (
    <ListCard title={t('running.title')} count={data.total} to="/campaigns" more={t('running.all')}>
      {data.jobs.map((job) => (
        <Job key={job.id} job={job} />
      ))}
    </ListCard>
  )
}

function Job({ job }: { job: Schemas['BulkJob'] }) {
  const t = useText()
  const format = useFormat()
  const done = job.sent_count + job.failed_count + job.skipped_count
  const sofar = t('running.of', { done: format.number(done), total: format.number(job.total_recipients) })
  return (
    <div className="job">
      <div className="t">
        <Link to="/campaigns/$campaignId" params={{ campaignId: job.id }}>
          <b>
            <bdi>{job.name ?? t('running.unnamed')}</bdi>
          </b>
        </Link>
        <span className="sp" />
        <span className="num soft">{sofar}</span>
      </div>
      <Progress value={done / Math.max(job.total_recipients, 1)} label={sofar} />
      <p>
        <StateTag kind="job" value={job.status} />
        {job.next_send_at === null
          ? null
          : ` · ${t('running.next', { time: format.moment(job.next_send_at) })}`}
      </p>
    </div>
  )
}
