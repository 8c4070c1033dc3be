import mime from 'mime'
import type { Context } from '../../../context.ts'
import type { MediaKind } from '../../../engine/content.ts'
import { AppError, validationFailed } from '../../../platform/errors.ts'
import { wrongFileType } from '../../conversations/media/media.schema.ts'
import { receiveFile } from '../../conversations/media/media-intake.service.ts'

const kindsInOrder: readonly MediaKind[] = ['image', 'video', 'audio', 'document']

/** As what the file of an address may go, the likeliest first. */
function kindsOf(url: string): MediaKind[] {
  const type = URL.canParse(url) ? (mime.getType(new URL(url).pathname) ?? '') : ''
  const [family] = type.split('/')
  const likely = kindsInOrder.find((kind) => kind === family)
  if (likely !== undefined) return [likely, 'document']
  return type === '' ? [...kindsInOrder] : ['document']
}

/** Gets the file of a campaign as the first kind that it is. */
export async function receiveCampaignFile(ctx: Context, url: string) {
  let refusal: unknown
  for (const kind of kindsOf(url)) {
    try {
      return { kind, ...(await receiveFile(ctx, kind, { media_url: url })) }
    } catch (error) {
      refusal ??= error
      const isOther = error instanceof AppError && error.code === wrongFileType.code
      const isNameless = error instanceof AppError && error.code === validationFailed.code
      if (isNameless)
        return { kind, ...(await receiveFile(ctx, kind, { media_url: url, filename: 'document' })) }
      if (!isOther) throw error
    }
  }
  throw refusal
}
