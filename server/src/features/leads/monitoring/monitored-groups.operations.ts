import { defineOperation, type Operation } from '../../../operation.ts'
import { notFound, planLimitReached } from '../../../platform/errors.ts'
import { addressRefused } from '../../../platform/outgoing/safe-fetch.ts'
import { deletedAnswer, idParams } from '../../../wire.ts'
import { planFeatureMissing } from '../../account/plans/plans.schema.ts'
import { chatHistoryClosed } from '../../account/settings/settings.schema.ts'
import { sessionNotWorking } from '../../sessions/lifecycle/sessions.schema.ts'
import { testKeywords } from './keyword-test.service.ts'
import {
  alreadyMonitored,
  availableAnswer,
  availableParams,
  availableQuery,
  createGroupBody,
  groupListAnswer,
  groupMessagesAnswer,
  groupMessagesParams,
  monitoredGroupObject,
  pageOnly,
  testKeywordsAnswer,
  testKeywordsBody,
  updateGroupBody,
} from './monitored-groups.schema.ts'
import {
  addGroup,
  changeGroup,
  getAvailable,
  getCaptured,
  getGroup,
  getGroups,
  removeGroup,
} from './monitored-groups.service.ts'

const list = defineOperation({
  id: 'groups.list',
  method: 'GET',
  path: '/groups',
  summary: 'List monitored groups',
  access: ['groups:read'],
  query: pageOnly,
  success: { status: 200, schema: groupListAnswer },
  run: (ctx, input) => getGroups(ctx, input),
})

const create = defineOperation({
  id: 'groups.monitor',
  method: 'POST',
  path: '/groups',
  summary: 'Monitor a WhatsApp group',
  access: ['groups:manage'],
  gate: { limit: 'max_groups' },
  body: createGroupBody,
  success: { status: 201, schema: monitoredGroupObject },
  errors: [
    sessionNotWorking,
    addressRefused,
    planFeatureMissing,
    planLimitReached,
    notFound,
    alreadyMonitored,
  ],
  run: (ctx, input) => addGroup(ctx, input),
})

const available = defineOperation({
  id: 'groups.available',
  method: 'GET',
  path: '/groups/available/{session_id}',
  summary: 'List the WhatsApp groups a session is in, and whether they are monitored',
  access: ['groups:read'],
  params: availableParams,
  query: availableQuery,
  success: { status: 200, schema: availableAnswer },
  errors: [sessionNotWorking],
  run: (ctx, input) => getAvailable(ctx, input.session_id, input.monitored),
})

const get = defineOperation({
  id: 'groups.get',
  method: 'GET',
  path: '/groups/{id}',
  summary: 'Get a monitored group',
  access: ['groups:read'],
  params: idParams,
  success: { status: 200, schema: monitoredGroupObject },
  run: (ctx, { id }) => getGroup(ctx, id),
})

const update = defineOperation({
  id: 'groups.update',
  method: 'PATCH',
  path: '/groups/{id}',
  summary: 'Change how a group is monitored',
  access: ['groups:manage'],
  params: idParams,
  body: updateGroupBody,
  success: { status: 200, schema: monitoredGroupObject },
  errors: [addressRefused, planFeatureMissing],
  run: (ctx, { id, ...input }) => changeGroup(ctx, id, input),
})

const remove = defineOperation({
  id: 'groups.delete',
  method: 'DELETE',
  path: '/groups/{id}',
  summary: 'Stop monitoring a group; its leads stay',
  access: ['groups:manage'],
  params: idParams,
  success: { status: 200, schema: deletedAnswer },
  run: async (ctx, { id }) => {
    await removeGroup(ctx, id)
    return { status: 'deleted', id }
  },
})

const messages = defineOperation({
  id: 'groups.messages',
  method: 'GET',
  path: '/groups/{group_id}/messages',
  summary: 'List the messages that monitoring captured in a group',
  access: ['groups:read'],
  params: groupMessagesParams,
  query: pageOnly,
  success: { status: 200, schema: groupMessagesAnswer },
  run: (ctx, input) => getCaptured(ctx, input.group_id, input),
})

const testWords = defineOperation({
  id: 'groups.test_keywords',
  method: 'POST',
  path: '/groups/{id}/test-keywords',
  summary: 'Try keywords on the messages of a group that are stored; changes nothing',
  access: ['groups:read', 'messages:read'],
  params: idParams,
  body: testKeywordsBody,
  success: { status: 200, schema: testKeywordsAnswer },
  errors: [chatHistoryClosed],
  run: (ctx, { id, ...input }) => testKeywords(ctx, id, input),
})

export const monitoredGroupsOperations: readonly Operation[] = [
  list,
  create,
  available,
  get,
  update,
  remove,
  messages,
  testWords,
]
