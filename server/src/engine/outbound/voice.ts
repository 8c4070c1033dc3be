import type { proto } from 'baileys'
import type { MediaContent, OutboundParts } from '../media/parts.ts'
import { fileFields, sealViewOnce, secondsField } from './file.ts'

/** A voice note, with its loudness drawn as bars. */
export function convertVoice(content: MediaContent, parts: OutboundParts): proto.IMessage {
  const { waveform } = content.file
  const bars = waveform?.map((value) => Math.min(100, Math.max(0, Math.round(value))))
  return sealViewOnce(content, {
    audioMessage: {
      ...fileFields(content, parts),
      ...secondsField(content),
      ptt: true,
      ...(bars && { waveform: Uint8Array.from(bars) }),
    },
  })
}
