import type { Context } from '../../../context.ts'
import type { MediaKind } from '../../../engine/content.ts'
import { requireChatId } from '../../../engine/ids.ts'
import { Answer, defineOperation, type Operation, type RequestHints } from '../../../operation.ts'
import { addressRefused } from '../../../platform/outgoing/safe-fetch.ts'
import { dropUnlinked } from '../../conversations/media/blobs.service.ts'
import {
  converterMissing,
  fileTooLarge,
  mediaNotFound,
  unreadableFile,
  wrongFileType,
} from '../../conversations/media/media.schema.ts'
import {
  type MediaSource,
  maxFileBytes,
  receiveFile,
  requireOneSource,
} from '../../conversations/media/media-intake.service.ts'
import { messageObject } from '../../conversations/messages/messages.schema.ts'
import { getWorkingSession } from '../../sessions/lifecycle/sessions.service.ts'
import { originOf } from '../outbox/outbox.schema.ts'
import { submitPrepared } from '../outbox/submit.service.ts'
import { sendErrors } from './sending.operations.ts'
import { mentionsOf, sendGifBody, sendMediaBody, sendStickerBody, sendVoiceBody } from './sending.schema.ts'

const fileErrors = [
  ...sendErrors,
  addressRefused,
  mediaNotFound,
  wrongFileType,
  unreadableFile,
  converterMissing,
  fileTooLarge,
]

/** As JSON a file is a third larger, and something stands around it. */
const jsonBytes = (fileBytes: number): number => Math.ceil((fileBytes * 4) / 3) + 1024 * 1024

interface FileInput extends RequestHints, Omit<MediaSource, 'upload'> {
  session_id: string
  chat_id: string
  reply_to?: string | undefined
  caption?: string | undefined
  mentions?: string[] | undefined
}

async function sendFile(ctx: Context, kind: MediaKind, input: FileInput): Promise<Answer> {
  requireOneSource(input)
  const chatId = requireChatId(input.chat_id)
  // Before a file is fetched and converted for nothing.
  const session = await getWorkingSession(ctx, input.session_id)
  const { caption } = input
  const outgoing = {
    sessionId: session.id,
    chatId,
    origin: originOf(input),
    replyTo: input.reply_to,
    idempotency: input.idempotency,
    isAsync: input.respondAsync,
  }
  const { message, status } = await submitPrepared(ctx, outgoing, {
    prepare: async () => {
      const { file, stored } = await receiveFile(ctx, kind, input)
      const about = { ...(caption === undefined ? {} : { caption }), ...mentionsOf(input) }
      return { content: { kind, file, ...about }, stored }
    },
    discard: ({ file }) => dropUnlinked(ctx, session.tenantId, file.blob),
  })
  return new Answer(status, message)
}

const sendSticker = defineOperation({
  id: 'messages.send_sticker',
  method: 'POST',
  path: '/messages/send/sticker',
  summary: 'Send a sticker',
  access: ['messages:send'],
  body: sendStickerBody,
  success: { status: 201, schema: messageObject },
  errors: fileErrors,
  isSend: true,
  upload: { maxFileBytes: maxFileBytes.sticker },
  maxBodyBytes: jsonBytes(maxFileBytes.sticker),
  run: (ctx, input) => sendFile(ctx, 'sticker', input),
})

const sendGif = defineOperation({
  id: 'messages.send_gif',
  method: 'POST',
  path: '/messages/send/gif',
  summary: 'Send a moving picture',
  access: ['messages:send'],
  body: sendGifBody,
  success: { status: 201, schema: messageObject },
  errors: fileErrors,
  isSend: true,
  upload: { maxFileBytes: maxFileBytes.gif },
  maxBodyBytes: jsonBytes(maxFileBytes.gif),
  run: (ctx, input) => sendFile(ctx, 'gif', input),
})

const sendMedia = defineOperation({
  id: 'messages.send_media',
  method: 'POST',
  path: '/messages/send/media',
  summary: 'Send an image, a video, a recording or a document',
  access: ['messages:send'],
  body: sendMediaBody,
  success: { status: 201, schema: messageObject },
  errors: fileErrors,
  isSend: true,
  upload: { maxFileBytes: maxFileBytes.document },
  maxBodyBytes: jsonBytes(maxFileBytes.document),
  run: (ctx, input) => sendFile(ctx, input.media_type, input),
})

const sendVoice = defineOperation({
  id: 'messages.send_voice',
  method: 'POST',
  path: '/messages/send/voice',
  summary: 'Send a voice note',
  access: ['messages:send'],
  body: sendVoiceBody,
  success: { status: 201, schema: messageObject },
  errors: fileErrors,
  isSend: true,
  upload: { maxFileBytes: maxFileBytes.voice },
  maxBodyBytes: jsonBytes(maxFileBytes.voice),
  run: (ctx, input) => sendFile(ctx, 'voice', input),
})

/** Sends of contents with a file. */
export const sendFilesOperations: readonly Operation[] = [sendSticker, sendGif, sendMedia, sendVoice]
