import { type Context, tenantOf } from '../../../context.ts'
import { receiveAttachment } from '../../conversations/media/attachment.service.ts'
import { dropUnlinked } from '../../conversations/media/blobs.service.ts'
import type { OutgoingMessage } from '../outbox/outbox.schema.ts'
import { submit, submitPrepared } from '../outbox/submit.service.ts'

/** Sends a text, or the file at an address with the text as its caption, whatever kind of file that is. */
export function submitTextOrFile(
  ctx: Context,
  outgoing: Omit<OutgoingMessage, 'content'>,
  { text, mediaUrl }: { text: string; mediaUrl: string | null },
): ReturnType<typeof submit> {
  if (mediaUrl === null) return submit(ctx, { ...outgoing, content: { kind: 'text', text } })
  return submitPrepared(ctx, outgoing, {
    prepare: async () => {
      const { kind, file, stored } = await receiveAttachment(ctx, mediaUrl)
      return { content: { kind, file, ...(text === '' ? {} : { caption: text }) }, stored }
    },
    discard: ({ file }) => dropUnlinked(ctx, tenantOf(ctx), file.blob),
  })
}
