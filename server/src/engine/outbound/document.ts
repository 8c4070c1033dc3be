import type { proto } from 'baileys'
import type { MediaContent, OutboundParts } from '../media/parts.ts'
import { captionField, fileFields } from './file.ts'

/** Any other file; one with a caption travels in an envelope that older clients skip. */
export function convertDocument(content: MediaContent, parts: OutboundParts): proto.IMessage {
  const fileName = content.file.fileName ?? 'file'
  const caption = captionField(content)
  const { thumbnail, width, height } = content.file
  const message: proto.IMessage = {
    documentMessage: {
      ...fileFields(content, parts),
      fileName,
      title: fileName,
      ...(thumbnail !== undefined && { jpegThumbnail: Buffer.from(thumbnail, 'base64') }),
      ...(width !== undefined && { thumbnailWidth: width }),
      ...(height !== undefined && { thumbnailHeight: height }),
      ...caption,
    },
  }
  return caption.caption === undefined ? message : { documentWithCaptionMessage: { message } }
}
