import { z } from 'zod'
import { defineOperation, type Operation } from '../../../operation.ts'
import { planLimitReached } from '../../../platform/errors.ts'
import { deletedAnswer } from '../../../wire.ts'
import { getChatLabels, getChatsOfLabel, setChatLabels } from './chat-labels.service.ts'
import {
  chatLabelsBody,
  createLabelBody,
  labelledChatParams,
  labelledChatsAnswer,
  labelledChatsQuery,
  labelNameTaken,
  labelObject,
  labelParams,
  updateLabelBody,
} from './labels.schema.ts'
import { createLabel, getLabel, listLabels, removeLabel, updateLabel } from './labels.service.ts'

const list = defineOperation({
  id: 'labels.list',
  method: 'GET',
  path: '/labels',
  summary: 'List the labels by name',
  access: ['labels:read'],
  success: { status: 200, schema: z.array(labelObject) },
  run: (ctx) => listLabels(ctx),
})

const create = defineOperation({
  id: 'labels.create',
  method: 'POST',
  path: '/labels',
  summary: 'Create a label',
  access: ['labels:manage'],
  gate: { limit: 'max_labels' },
  body: createLabelBody,
  success: { status: 201, schema: labelObject },
  errors: [labelNameTaken, planLimitReached],
  run: (ctx, { name, color, description }) => createLabel(ctx, { name, color, description }),
})

const get = defineOperation({
  id: 'labels.get',
  method: 'GET',
  path: '/labels/{id}',
  summary: 'One label',
  access: ['labels:read'],
  params: labelParams,
  success: { status: 200, schema: labelObject },
  run: (ctx, { id }) => getLabel(ctx, id),
})

const update = defineOperation({
  id: 'labels.update',
  method: 'PATCH',
  path: '/labels/{id}',
  summary: 'Change a label; where it is synced WhatsApp is told by itself',
  access: ['labels:manage'],
  params: labelParams,
  body: updateLabelBody,
  success: { status: 200, schema: labelObject },
  errors: [labelNameTaken],
  run: (ctx, { id, name, color, description }) => updateLabel(ctx, id, { name, color, description }),
})

const remove = defineOperation({
  id: 'labels.delete',
  method: 'DELETE',
  path: '/labels/{id}',
  summary: 'Delete a label here and, where it is synced, on WhatsApp',
  access: ['labels:manage'],
  params: labelParams,
  success: { status: 200, schema: deletedAnswer },
  run: async (ctx, { id }) => {
    await removeLabel(ctx, id)
    return { status: 'deleted', id }
  },
})

const chats = defineOperation({
  id: 'labels.list_chats',
  method: 'GET',
  path: '/labels/{id}/chats',
  summary: 'Chats that have a label, the most recent first',
  access: ['labels:read'],
  params: labelParams,
  query: labelledChatsQuery,
  success: { status: 200, schema: labelledChatsAnswer },
  run: (ctx, { id, limit, offset }) => getChatsOfLabel(ctx, id, { limit, offset }),
})

const ofChat = defineOperation({
  id: 'labels.get_chat',
  method: 'GET',
  path: '/labels/chat/{chat_id}',
  summary: 'Labels of a chat',
  access: ['labels:read'],
  params: labelledChatParams,
  success: { status: 200, schema: z.array(labelObject) },
  run: (ctx, { chat_id: chatId }) => getChatLabels(ctx, chatId),
})

const setOfChat = defineOperation({
  id: 'labels.set_chat',
  method: 'PUT',
  path: '/labels/chat/{chat_id}',
  summary: 'Give a chat exactly these labels',
  access: ['labels:manage'],
  params: labelledChatParams,
  body: chatLabelsBody,
  success: { status: 200, schema: z.array(labelObject) },
  run: (ctx, { chat_id: chatId, label_ids: labelIds }) => setChatLabels(ctx, chatId, labelIds),
})

/** Labels and the chats that have them. */
export const labelOperations: readonly Operation[] = [
  list,
  create,
  get,
  update,
  remove,
  chats,
  ofChat,
  setOfChat,
]
