import { defineOperation, type Operation } from '../../../operation.ts'
import { notFound } from '../../../platform/errors.ts'
import { chatHistoryClosed } from '../../account/settings/settings.schema.ts'
import { searchAnswer, searchQuery } from './message-search.schema.ts'
import { searchMessages } from './message-search.service.ts'

const search = defineOperation({
  id: 'messages.search',
  method: 'GET',
  path: '/messages/search',
  summary: 'Search in the texts of messages, newest first',
  access: ['messages:read'],
  query: searchQuery,
  success: { status: 200, schema: searchAnswer },
  errors: [chatHistoryClosed, notFound],
  run: (ctx, input) => searchMessages(ctx, input),
})

/** Finding messages. */
export const messageSearchOperations: readonly Operation[] = [search]
