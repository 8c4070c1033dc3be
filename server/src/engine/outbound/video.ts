import type { proto } from 'baileys'
import type { MediaContent, OutboundParts } from '../media/parts.ts'
import { captionField, fileFields, pictureFields, sealViewOnce, secondsField } from './file.ts'

/** A film. */
export function convertVideo(content: MediaContent, parts: OutboundParts): proto.IMessage {
  return sealViewOnce(content, { videoMessage: videoFields(content, parts) })
}

/** The fields of a film, which a GIF shares. */
export function videoFields(content: MediaContent, parts: OutboundParts): proto.Message.IVideoMessage {
  return {
    ...fileFields(content, parts),
    ...pictureFields(content),
    ...secondsField(content),
    ...captionField(content),
  }
}
