import type { Feature } from '../../../feature.ts'
import { handleJob } from '../../../job.ts'
import { done, retryLater } from '../../../platform/jobs/jobs.ts'
import { forgetLookupsJob } from './accounts.schema.ts'
import { forgetLookups } from './accounts.service.ts'

/** Who is on WhatsApp, and which numbers are one account. */
export const accountsFeature: Feature = {
  name: 'accounts',
  jobs: [
    handleJob(forgetLookupsJob, async (ctx, _payload, { signal }) => {
      while (!signal.aborted) if ((await forgetLookups(ctx)) === 0) return done
      return retryLater(60_000)
    }),
  ],
}
