import type { proto } from 'baileys'
import type { InboundContent } from '../content.ts'
import { parseFile } from './file.ts'

/** A recording: a voice note when it was spoken into the chat, else a file of sound. */
export function parseAudio(
  { audioMessage }: proto.IMessage,
  isViewOnce: boolean,
): InboundContent | undefined {
  if (!audioMessage) return undefined
  return {
    kind: audioMessage.ptt === true ? 'voice' : 'audio',
    file: parseFile(audioMessage),
    caption: '',
    mentions: [],
    isViewOnce: isViewOnce || audioMessage.viewOnce === true,
  }
}
