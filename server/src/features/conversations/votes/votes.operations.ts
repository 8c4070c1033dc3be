import { defineOperation, type Operation } from '../../../operation.ts'
import { chatHistoryClosed } from '../../account/settings/settings.schema.ts'
import { messageParams } from '../messages/messages.schema.ts'
import { notAPoll, votesAnswer, votesQuery } from './poll-votes.schema.ts'
import { getVotes } from './poll-votes.service.ts'

const votes = defineOperation({
  id: 'messages.votes',
  method: 'GET',
  path: '/messages/{message_id}/votes',
  summary: 'Who chose what in a poll',
  access: ['messages:read'],
  params: messageParams,
  query: votesQuery,
  success: { status: 200, schema: votesAnswer },
  errors: [chatHistoryClosed, notAPoll],
  run: (ctx, { message_id: id, limit, offset }) => getVotes(ctx, id, { limit, offset }),
})

/** What was chosen in polls. */
export const voteOperations: readonly Operation[] = [votes]
