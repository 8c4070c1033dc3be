import { defineOperation, type Operation } from '../../../operation.ts'
import { notFound } from '../../../platform/errors.ts'
import { chatHistoryClosed } from '../../account/settings/settings.schema.ts'
import { sessionNotWorking } from '../../sessions/lifecycle/sessions.schema.ts'
import { checkNumber, listTenantContacts, updateContact } from './contact-directory.service.ts'
import {
  contactCheckAnswer,
  contactCheckQuery,
  contactListAnswer,
  contactListQuery,
  contactObject,
  contactParams,
  updateContactBody,
} from './contacts.schema.ts'

const list = defineOperation({
  id: 'contacts.list',
  method: 'GET',
  path: '/contacts',
  summary: 'List contacts',
  access: ['contacts:read'],
  query: contactListQuery,
  success: { status: 200, schema: contactListAnswer },
  errors: [chatHistoryClosed, notFound],
  run: (ctx, input) => listTenantContacts(ctx, input),
})

const check = defineOperation({
  id: 'contacts.check',
  method: 'GET',
  path: '/contacts/check',
  summary: 'Check whether a phone number has WhatsApp',
  access: ['contacts:read'],
  query: contactCheckQuery,
  success: { status: 200, schema: contactCheckAnswer },
  errors: [sessionNotWorking, notFound],
  run: (ctx, input) => checkNumber(ctx, input.session_id, input.phone),
})

const update = defineOperation({
  id: 'contacts.update',
  method: 'PATCH',
  path: '/contacts/{id}',
  summary: 'Name a contact or take notes about it',
  access: ['contacts:manage'],
  params: contactParams,
  body: updateContactBody,
  success: { status: 200, schema: contactObject },
  run: (ctx, { id, name, notes }) => updateContact(ctx, id, { name, notes }),
})

/** Reading and naming people. */
export const contactOperations: readonly Operation[] = [list, check, update]
