import { handleJob } from '../../../job.ts'
import { done } from '../../../platform/jobs/jobs.ts'
import { expireTranscriptsJob, runTranscriptJob } from './transcripts.schema.ts'
import { expireTranscripts, runTranscript } from './transcripts.service.ts'

/** Work with voice messages. */
export const transcriptsJobs = [
  handleJob(runTranscriptJob, runTranscript),
  handleJob(expireTranscriptsJob, async (ctx) => {
    await expireTranscripts(ctx)
    return done
  }),
]
