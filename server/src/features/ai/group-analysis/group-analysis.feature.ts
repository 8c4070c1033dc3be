import { type Feature, onEvent } from '../../../feature.ts'
import { handleJob } from '../../../job.ts'
import { done } from '../../../platform/jobs/jobs.ts'
import { analysisAwaited } from '../../leads/monitoring/monitored-groups.schema.ts'
import { aiConfigChanged } from '../providers/providers.schema.ts'
import { transcriptReady } from '../transcripts/transcripts.schema.ts'
import { analyseJob, messageAnalysed, sweepAnalysesJob } from './group-analysis.schema.ts'
import { analyseGroup, queueAnalyses, resumeAnalyses, sweepAnalyses } from './group-analysis.service.ts'
import { hearTranscripts } from './spoken-messages.service.ts'

/** Says what messages of monitored groups are after, by the tenant's model. */
export const groupAnalysisFeature: Feature = {
  name: 'group-analysis',
  jobs: [
    handleJob(analyseJob, analyseGroup),
    handleJob(sweepAnalysesJob, async (ctx) => {
      await sweepAnalyses(ctx)
      return done
    }),
  ],
  events: [
    onEvent(analysisAwaited, queueAnalyses),
    onEvent(transcriptReady, hearTranscripts),
    onEvent(aiConfigChanged, async (ctx, sql, changed) => {
      for (const { tenantId } of changed) await resumeAnalyses(ctx, sql, tenantId)
    }),
  ],
  publishes: [messageAnalysed],
}
