import mime from 'mime'
import type { Context } from '../../../context.ts'
import type { MediaKind } from '../../../engine/content.ts'
import { AppError, validationFailed } from '../../../platform/errors.ts'
import { wrongFileType } from './media.schema.ts'
import { type ReceivedFile, receiveFile } from './media-intake.service.ts'

/** What a file at an address may be sent as when nobody says what it is. */
type AttachmentKind = Extract<MediaKind, 'image' | 'video' | 'audio' | 'document'>

const kinds: readonly AttachmentKind[] = ['image', 'video', 'audio', 'document']

/** The likeliest first: what the name says, else everything; a document may be anything. */
function kindsOf(url: string): readonly AttachmentKind[] {
  const [family] = (mime.getType(new URL(url).pathname) ?? '').split('/')
  if (family === '') return kinds
  const likely = kinds.find((kind) => kind === family)
  return likely === undefined ? ['document'] : [likely, 'document']
}

const isCoded = (error: unknown, code: string): boolean => error instanceof AppError && error.code === code

/** Gets the file at an address as whatever it is; refused as `receiveFile` does. */
export async function receiveAttachment(
  ctx: Context,
  url: string,
): Promise<ReceivedFile & { kind: AttachmentKind }> {
  let refusal: unknown
  for (const kind of kindsOf(url)) {
    try {
      return { kind, ...(await receiveFile(ctx, kind, { media_url: url })) }
    } catch (error) {
      refusal ??= error
      // A document needs a name, and this address has none.
      if (kind === 'document' && isCoded(error, validationFailed.code))
        return { kind, ...(await receiveFile(ctx, kind, { media_url: url, filename: 'document' })) }
      if (!isCoded(error, wrongFileType.code)) throw error
    }
  }
  throw refusal
}
