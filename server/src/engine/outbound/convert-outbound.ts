import type { proto } from 'baileys'
import type { OutboundContent } from '../content.ts'
import type { OutboundParts } from '../media/parts.ts'
import { convertAudio } from './audio.ts'
import { convertDocument } from './document.ts'
import { convertEdit } from './edit.ts'
import { convertForward } from './forward.ts'
import { convertGif } from './gif.ts'
import { convertImage } from './image.ts'
import { convertLocation } from './location.ts'
import { convertPoll } from './poll.ts'
import { convertReaction } from './reaction.ts'
import { convertRevoke } from './revoke.ts'
import { convertSticker } from './sticker.ts'
import { convertText } from './text.ts'
import { convertVcard } from './vcard.ts'
import { convertVideo } from './video.ts'
import { convertVoice } from './voice.ts'

/** Our content as the protocol's message; throws NotSendableError for what can never be sent. */
export function convertOutbound(content: OutboundContent, parts: OutboundParts): proto.IMessage {
  switch (content.kind) {
    case 'text':
      return convertText(content, parts)
    case 'image':
      return convertImage(content, parts)
    case 'video':
      return convertVideo(content, parts)
    case 'gif':
      return convertGif(content, parts)
    case 'audio':
      return convertAudio(content, parts)
    case 'voice':
      return convertVoice(content, parts)
    case 'document':
      return convertDocument(content, parts)
    case 'sticker':
      return convertSticker(content, parts)
    case 'location':
      return convertLocation(content, parts)
    case 'vcard':
      return convertVcard(content, parts)
    case 'poll':
      return convertPoll(content, parts)
    case 'reaction':
      return convertReaction(content, parts)
    case 'edit':
      return convertEdit(content, parts)
    case 'revoke':
      return convertRevoke(content, parts)
    case 'forward':
      return convertForward(content, parts)
  }
}
