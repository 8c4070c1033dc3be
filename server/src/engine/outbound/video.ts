import type { proto } from 'baileys'
import { captionField, fileFields, pictureFields, sealViewOnce, secondsField } from './file.ts'
import type { MediaContent, OutboundParts } from './parts.ts'

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
