import { Answer, defineOperation, type Operation } from '../../../operation.ts'
import { chatHistoryClosed } from '../../account/settings/settings.schema.ts'
import { sessionNotWorking } from '../../sessions/lifecycle/sessions.schema.ts'
import { messageParams } from '../messages/messages.schema.ts'
import { fileTooLarge, mediaAnswer, mediaGone, noMedia, rangeNotSatisfiable } from './media.schema.ts'
import { serveMedia } from './media-download.service.ts'

const get = defineOperation({
  id: 'messages.media',
  method: 'GET',
  path: '/messages/{message_id}/media',
  summary: 'Get the file of a message',
  access: ['messages:read'],
  params: messageParams,
  success: { status: 200, schema: mediaAnswer, raw: 'application/octet-stream' },
  errors: [chatHistoryClosed, noMedia, mediaGone, rangeNotSatisfiable, fileTooLarge, sessionNotWorking],
  run: async (ctx, { message_id: id, conditions }) => {
    const { status, headers, contentType, body } = await serveMedia(ctx, id, conditions)
    return new Answer(status, { contentType, body }, headers)
  },
})

/** Files that came with messages. */
export const mediaOperations: readonly Operation[] = [get]
