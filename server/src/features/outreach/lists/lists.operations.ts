import { z } from 'zod'
import { defineOperation, type Operation } from '../../../operation.ts'
import { notFound, planLimitReached } from '../../../platform/errors.ts'
import { groupHasMembers, groupIsSegment } from '../../groups/custom-groups/custom-group-filters.schema.ts'
import { customGroupInUse } from '../../groups/custom-groups/custom-groups.schema.ts'
import { sessionNotWorking } from '../../sessions/lifecycle/sessions.schema.ts'
import { segmentBroken } from '../segments/segments.schema.ts'
import { importAnswer, importBody, maxImportBytes } from './import.schema.ts'
import { importFile } from './import.service.ts'
import { exportList } from './list-export.service.ts'
import {
  addedAnswer,
  addMembersBody,
  createListBody,
  deletedAnswer,
  exportedMember,
  fromWaGroupsAnswer,
  fromWaGroupsBody,
  idParams,
  listDetails,
  listObject,
  listsAnswer,
  listsQuery,
  membersQuery,
  peopleAnswer,
  peopleQuery,
  removedAnswer,
  removeMembersBody,
  updateListBody,
  waGroupsAnswer,
} from './lists.schema.ts'
import {
  addPeople,
  changeList,
  createList,
  getList,
  getLists,
  removeList,
  removePeople,
} from './lists.service.ts'
import { getPeople } from './people.service.ts'
import { createListFromGroups, getWaGroups } from './wa-group-lists.service.ts'

const list = defineOperation({
  id: 'custom_groups.list',
  method: 'GET',
  path: '/custom-groups',
  summary: 'List the lists of contacts',
  access: ['custom-groups:read'],
  query: listsQuery,
  success: { status: 200, schema: listsAnswer },
  run: (ctx, input) => getLists(ctx, input),
})

const create = defineOperation({
  id: 'custom_groups.create',
  method: 'POST',
  path: '/custom-groups',
  summary: 'Create a list of contacts, with members or empty, or a segment',
  access: ['custom-groups:manage'],
  gate: { limit: 'max_custom_groups' },
  body: createListBody,
  success: { status: 201, schema: listObject },
  errors: [planLimitReached, segmentBroken],
  run: (ctx, input) => createList(ctx, input),
})

const people = defineOperation({
  id: 'custom_groups.contacts',
  method: 'GET',
  path: '/custom-groups/contacts',
  summary: 'List the people of all sessions, each once, to make lists of',
  access: ['custom-groups:read'],
  query: peopleQuery,
  success: { status: 200, schema: peopleAnswer },
  errors: [notFound],
  run: (ctx, input) => getPeople(ctx, input),
})

const waGroups = defineOperation({
  id: 'custom_groups.wa_groups',
  method: 'GET',
  path: '/custom-groups/wa-groups',
  summary: 'List the WhatsApp groups of all working sessions',
  access: ['custom-groups:read'],
  success: { status: 200, schema: waGroupsAnswer },
  run: (ctx) => getWaGroups(ctx),
})

const fromWaGroups = defineOperation({
  id: 'custom_groups.from_wa_groups',
  method: 'POST',
  path: '/custom-groups/from-wa-groups',
  summary: 'Create a list of everybody in WhatsApp groups',
  access: ['custom-groups:manage'],
  gate: { limit: 'max_custom_groups' },
  body: fromWaGroupsBody,
  success: { status: 201, schema: fromWaGroupsAnswer },
  errors: [sessionNotWorking, planLimitReached, notFound],
  run: (ctx, input) => createListFromGroups(ctx, input),
})

const get = defineOperation({
  id: 'custom_groups.get',
  method: 'GET',
  path: '/custom-groups/{id}',
  summary: 'Get a list of contacts with its members, or a segment with its people now',
  access: ['custom-groups:read'],
  params: idParams,
  query: membersQuery,
  success: { status: 200, schema: listDetails },
  errors: [segmentBroken],
  run: (ctx, { id, ...page }) => getList(ctx, id, page),
})

const update = defineOperation({
  id: 'custom_groups.update',
  method: 'PATCH',
  path: '/custom-groups/{id}',
  summary: 'Rename a list of contacts, or change who belongs to a segment',
  access: ['custom-groups:manage'],
  params: idParams,
  body: updateListBody,
  success: { status: 200, schema: listObject },
  errors: [groupHasMembers, segmentBroken],
  run: (ctx, { id, ...input }) => changeList(ctx, id, input),
})

const remove = defineOperation({
  id: 'custom_groups.delete',
  method: 'DELETE',
  path: '/custom-groups/{id}',
  summary: 'Delete a list of contacts that nothing is being sent to',
  access: ['custom-groups:manage'],
  params: idParams,
  success: { status: 200, schema: deletedAnswer },
  errors: [customGroupInUse],
  run: async (ctx, { id }) => {
    await removeList(ctx, id)
    return { status: 'deleted', id }
  },
})

const addMembers = defineOperation({
  id: 'custom_groups.add_members',
  method: 'POST',
  path: '/custom-groups/{id}/members/add',
  summary: 'Put people on a list; who is on it already is skipped',
  access: ['custom-groups:manage'],
  params: idParams,
  body: addMembersBody,
  success: { status: 200, schema: addedAnswer },
  errors: [planLimitReached, groupIsSegment],
  run: (ctx, { id, ...input }) => addPeople(ctx, id, input),
})

const importMembers = defineOperation({
  id: 'custom_groups.import',
  method: 'POST',
  path: '/custom-groups/{id}/import',
  summary: 'Put the people of a CSV file on a list; refused lines are told with their numbers',
  access: ['custom-groups:manage'],
  params: idParams,
  body: importBody,
  success: { status: 200, schema: importAnswer },
  errors: [planLimitReached, groupIsSegment],
  upload: { maxFileBytes: maxImportBytes },
  run: (ctx, { id, ...input }) => importFile(ctx, id, input),
})

const removeMembers = defineOperation({
  id: 'custom_groups.remove_members',
  method: 'POST',
  path: '/custom-groups/{id}/members/remove',
  summary: 'Take people off a list, by number or id',
  access: ['custom-groups:manage'],
  params: idParams,
  body: removeMembersBody,
  success: { status: 200, schema: removedAnswer },
  errors: [groupIsSegment],
  run: (ctx, { id, ...input }) => removePeople(ctx, id, input),
})

const exportCsv = defineOperation({
  id: 'custom_groups.export_csv',
  method: 'GET',
  path: '/custom-groups/{id}/export/csv',
  summary: 'Export a list of contacts as CSV',
  access: ['custom-groups:read'],
  params: idParams,
  success: { status: 200, schema: z.string(), raw: 'text/csv' },
  errors: [segmentBroken],
  run: (ctx, { id }) => exportList(ctx, id, 'csv'),
})

const exportJson = defineOperation({
  id: 'custom_groups.export_json',
  method: 'GET',
  path: '/custom-groups/{id}/export/json',
  summary: 'Export a list of contacts as a JSON array',
  access: ['custom-groups:read'],
  params: idParams,
  success: { status: 200, schema: z.array(exportedMember), raw: 'application/json' },
  errors: [segmentBroken],
  run: (ctx, { id }) => exportList(ctx, id, 'json'),
})

/** Lists of contacts: what is on them, and where it comes from. */
export const listOperations: readonly Operation[] = [
  list,
  create,
  people,
  waGroups,
  fromWaGroups,
  get,
  update,
  remove,
  addMembers,
  importMembers,
  removeMembers,
  exportCsv,
  exportJson,
]
