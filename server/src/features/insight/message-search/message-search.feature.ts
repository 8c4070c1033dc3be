import { type Feature, onEvent } from '../../../feature.ts'
import { handleJob } from '../../../job.ts'
import { done, retryLater } from '../../../platform/jobs/jobs.ts'
import { messageDeleted, messageEdited } from '../../conversations/messages/message-events.schema.ts'
import { messageSearchOperations } from './message-search.operations.ts'
import { forgetWordsJob, readWordsJob } from './message-search.schema.ts'
import { followDeletions, followEdits, forgetWords, readWords } from './message-search.service.ts'

/** Finding messages by what was said. */
export const messageSearchFeature: Feature = {
  name: 'message-search',
  operations: messageSearchOperations,
  jobs: [
    handleJob(readWordsJob, async (ctx, _payload, { signal }) => {
      await readWords(ctx, { signal })
      return done
    }),
    handleJob(forgetWordsJob, async (ctx, _payload, { signal }) =>
      (await forgetWords(ctx, signal)) ? done : retryLater(60_000),
    ),
  ],
  events: [
    onEvent(messageEdited, (_ctx, sql, payloads) => followEdits(sql, payloads)),
    onEvent(messageDeleted, (_ctx, sql, payloads) => followDeletions(sql, payloads)),
  ],
}
