import type { proto } from 'baileys'
import type { MediaContent, OutboundParts } from '../media/parts.ts'
import { fileFields, sealViewOnce, secondsField } from './file.ts'

/** A piece of music or another recording, sent as a file. */
export function convertAudio(content: MediaContent, parts: OutboundParts): proto.IMessage {
  return sealViewOnce(content, {
    audioMessage: { ...fileFields(content, parts), ...secondsField(content), ptt: false },
  })
}
