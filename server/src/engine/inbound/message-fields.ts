import type { proto } from 'baileys'
import type { InboundContent } from '../content.ts'
import {
  parseBroadcastCall,
  parseEvent,
  parseInvitation,
  parsePollResult,
  parseQuotedStatus,
  parseRichAnswer,
  parseStickerPack,
} from './announcements.ts'
import {
  parseButtonAnswer,
  parseFlowAnswer,
  parseListAnswer,
  parseQuestionAnswer,
  parseTemplateAnswer,
} from './answers.ts'
import { parseAudio } from './audio.ts'
import { parseInvoice, parseOrder, parsePayment, parsePaymentNotice, parseProduct } from './commerce.ts'
import { parseDocument } from './document.ts'
import type { CompanionName, EnvelopeName } from './envelopes.ts'
import { parseImage } from './image.ts'
import { parseLocation } from './location.ts'
import { parsePoll } from './poll.ts'
import { parseReaction } from './reaction.ts'
import { parseSticker } from './sticker.ts'
import { parseButtons, parseInteractive, parseList, parseStructured, parseTemplate } from './templates.ts'
import { parseText } from './text.ts'
import { parseVcard } from './vcard.ts'
import { parseVideo } from './video.ts'

/** Reads the content of one field; undefined when it holds nothing that could be shown. */
export type Parser = (message: proto.IMessage, isViewOnce: boolean) => InboundContent | undefined

/** What becomes of a message with such a field: one for people, none, or one that is kept as unknown; and why. */
export type FieldRule =
  | { as: 'message'; parse: Parser }
  | { as: 'nothing'; why: string }
  | { as: 'unknown'; why: string }

const shown = (parse: Parser): FieldRule => ({ as: 'message', parse })
const nothing = (why: string): FieldRule => ({ as: 'nothing', why })
const unknown = (why: string): FieldRule => ({ as: 'unknown', why })

/**
 * Every field of the protocol's message that is neither an envelope nor a companion. A new version of the library with
 * a field that is not here does not compile.
 */
export const messageFields: Record<Exclude<keyof proto.IMessage, EnvelopeName | CompanionName>, FieldRule> = {
  conversation: shown(parseText),
  extendedTextMessage: shown(parseText),
  imageMessage: shown(parseImage),
  videoMessage: shown(parseVideo),
  ptvMessage: shown(parseVideo),
  audioMessage: shown(parseAudio),
  documentMessage: shown(parseDocument),
  stickerMessage: shown(parseSticker),
  locationMessage: shown(parseLocation),
  liveLocationMessage: shown(parseLocation),
  contactMessage: shown(parseVcard),
  contactsArrayMessage: shown(parseVcard),
  pollCreationMessage: shown(parsePoll),
  pollCreationMessageV2: shown(parsePoll),
  pollCreationMessageV3: shown(parsePoll),
  pollCreationMessageV5: shown(parsePoll),
  reactionMessage: shown(parseReaction),

  buttonsResponseMessage: shown(parseButtonAnswer),
  listResponseMessage: shown(parseListAnswer),
  templateButtonReplyMessage: shown(parseTemplateAnswer),
  interactiveResponseMessage: shown(parseFlowAnswer),
  statusQuestionAnswerMessage: shown(parseQuestionAnswer),
  questionResponseMessage: shown(parseQuestionAnswer),

  buttonsMessage: shown(parseButtons),
  listMessage: shown(parseList),
  templateMessage: shown(parseTemplate),
  highlyStructuredMessage: shown(parseStructured),
  interactiveMessage: shown(parseInteractive),
  productMessage: shown(parseProduct),
  orderMessage: shown(parseOrder),
  invoiceMessage: shown(parseInvoice),
  sendPaymentMessage: shown(parsePayment),
  requestPaymentMessage: shown(parsePayment),
  declinePaymentRequestMessage: shown(parsePaymentNotice),
  cancelPaymentRequestMessage: shown(parsePaymentNotice),
  paymentInviteMessage: shown(parsePaymentNotice),

  groupInviteMessage: shown(parseInvitation),
  newsletterAdminInviteMessage: shown(parseInvitation),
  newsletterFollowerInviteMessageV2: shown(parseInvitation),
  eventMessage: shown(parseEvent),
  scheduledCallCreationMessage: shown(parseEvent),
  bcallMessage: shown(parseBroadcastCall),
  pollResultSnapshotMessage: shown(parsePollResult),
  pollResultSnapshotMessageV3: shown(parsePollResult),
  stickerPackMessage: shown(parseStickerPack),
  statusQuotedMessage: shown(parseQuotedStatus),
  richResponseMessage: shown(parseRichAnswer),

  protocolMessage: nothing('changes a message or a setting, or speaks to devices'),
  pollUpdateMessage: nothing('a vote: it changes its poll'),
  encReactionMessage: nothing('a reaction that could not be opened; one that could is a reactionMessage'),
  secretEncryptedMessage: nothing('changes a message: an edit that could be opened is applied'),
  encEventResponseMessage: nothing('whether somebody comes to an event: phones show it in the event'),
  encCommentMessage: nothing('a comment on a post of a channel: phones show it below the post'),
  albumMessage: nothing('says how many pictures follow; they come as messages of their own'),
  pinInChatMessage: nothing('pins a message'),
  keepInChatMessage: nothing('keeps a message that would disappear'),
  scheduledCallEditMessage: nothing('changes a planned call'),
  callLogMesssage: nothing('a line in the list of calls'),
  call: nothing('the key of a call, or what an advertisement told the business about it'),
  eventCoverImage: nothing('the picture of an event, which comes as a message of its own'),
  pollCreationOptionImageMessage: nothing('the picture of an option of a poll'),
  stickerSyncRmrMessage: nothing('stickers among the devices of one account'),
  messageHistoryBundle: nothing('earlier messages for a new member of a group, as a file for its devices'),
  messageHistoryNotice: nothing('announces such earlier messages'),
  statusNotificationMessage: nothing('somebody shared or added to a status post'),
  statusStickerInteractionMessage: nothing('a touch on a sticker of a status post'),

  chat: unknown('a chat that was shared, with a name and an id and no words; current phones send none'),
  requestPhoneNumberMessage: unknown('asks for the phone number; phones say so in their own language'),
  placeholderMessage: unknown('stands for what linked devices may not see'),
}
