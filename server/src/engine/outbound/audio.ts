import type { proto } from 'baileys'
import { fileFields, sealViewOnce, secondsField } from './file.ts'
import type { MediaContent, OutboundParts } from './parts.ts'

/** A piece of music or another recording, sent as a file. */
export function convertAudio(content: MediaContent, parts: OutboundParts): proto.IMessage {
  return sealViewOnce(content, {
    audioMessage: { ...fileFields(content, parts), ...secondsField(content), ptt: false },
  })
}
