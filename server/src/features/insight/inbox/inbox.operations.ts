import { defineOperation, type Operation } from '../../../operation.ts'
import { idParams } from '../../../wire.ts'
import { chatHistoryClosed } from '../../account/settings/settings.schema.ts'
import { contactDetail } from './contact-detail.schema.ts'
import { getContactDetail } from './contact-detail.service.ts'
import { inboxAnswer, inboxChat, inboxQuery } from './inbox.schema.ts'
import { getInboxChat, listInbox } from './inbox.service.ts'

const list = defineOperation({
  id: 'chats.list',
  method: 'GET',
  path: '/chats',
  summary: 'List the chats of all sessions, the most recent first, with lead and opt-out',
  access: ['messages:read'],
  query: inboxQuery,
  success: { status: 200, schema: inboxAnswer },
  errors: [chatHistoryClosed],
  run: (ctx, input) => listInbox(ctx, input),
})

const get = defineOperation({
  id: 'chats.get',
  method: 'GET',
  path: '/chats/{id}',
  summary: 'Get a chat as the list shows it',
  access: ['messages:read'],
  params: idParams,
  success: { status: 200, schema: inboxChat },
  errors: [chatHistoryClosed],
  run: (ctx, { id }) => getInboxChat(ctx, id),
})

const getPerson = defineOperation({
  id: 'contacts.get',
  method: 'GET',
  path: '/contacts/{id}',
  summary: 'Get a contact, with time zones, language and first message',
  access: ['contacts:read'],
  params: idParams,
  success: { status: 200, schema: contactDetail },
  errors: [chatHistoryClosed],
  run: (ctx, { id }) => getContactDetail(ctx, id),
})

/** Looking through conversations. */
export const inboxOperations: readonly Operation[] = [list, get, getPerson]
