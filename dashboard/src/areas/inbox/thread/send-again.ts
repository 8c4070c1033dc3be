import { api } from '../../../api/client.ts'
import { type Content, post } from '../composer/outbox.ts'
import type { FileKind, Message } from '../shapes.ts'
import { fileNameOf } from './media-parts.tsx'
import { fetchMedia } from './media-url.ts'
import { refreshThread } from './thread-window.ts'

const fileKinds: ReadonlySet<string> = new Set([
  'image',
  'video',
  'audio',
  'document',
  'voice',
  'sticker',
  'gif',
])

async function contentOf(message: Message): Promise<Content> {
  const { message_type: kind, text, content_preview, reply_to_id: quoted } = message
  const reply = quoted === null ? {} : { replyTo: quoted }
  const words = text ?? content_preview ?? ''
  if (!fileKinds.has(kind)) return { kind: 'text', text: words, ...reply }
  const blob = await fetchMedia(message.id)
  const file = new File([blob], fileNameOf(message), { type: blob.type })
  return { kind: 'file', file, as: kind as FileKind, caption: words, ...reply }
}

/** Whether what was not sent can be sent again from here. */
export function canSendAgain({ message_type: kind, poll, location, vcards }: Message): boolean {
  return kind === 'text' || fileKinds.has(kind) || poll !== null || location !== null || vcards !== null
}

/**
 * Sends again what WhatsApp refused. The first key only ever gives the first answer, so this has one of its own; it
 * belongs to the refused message, so that pressing twice, here or on another screen, sends once.
 */
export async function resend(message: Message): Promise<Message | undefined> {
  const { id, session_id, wa_chat_id: chat_id, poll, location, vcards } = message
  const key = `again-${id}`
  const params = { header: { 'Idempotency-Key': key, Prefer: 'respond-async' } }
  const target = { session_id, chat_id }
  let sent: Message | undefined
  if (poll !== null) {
    const { title, options, allow_multiple } = poll
    const body = { ...target, title, options: options.map((option) => option.text), allow_multiple }
    sent = (await api.POST('/api/v2/messages/send/poll', { params, body })).data
  } else if (location !== null) {
    const { latitude, longitude, name, address } = location
    const body = { ...target, latitude, longitude, name, address }
    sent = (await api.POST('/api/v2/messages/send/location', { params, body })).data
  } else if (vcards !== null) {
    const body = { ...target, vcard: vcards.map(({ vcard }) => vcard).join('\n') }
    sent = (await api.POST('/api/v2/messages/send/vcard', { params, body })).data
  } else {
    const content = await contentOf(message)
    sent = await post({ sessionId: session_id, to: chat_id, key, content })
  }
  await refreshThread({ sessionId: session_id, chatId: message.chat_id })
  return sent
}
