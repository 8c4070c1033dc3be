import type { proto } from 'baileys'
import type { ContentOf, OutboundParts } from '../media/parts.ts'

/** A poll. The version depends on how many options may be chosen (library `Utils/messages.js`); 0 means any number. */
export function convertPoll(content: ContentOf<'poll'>, { context, secret }: OutboundParts): proto.IMessage {
  const poll: proto.Message.IPollCreationMessage = {
    name: content.title,
    options: content.options.map((optionName) => ({ optionName })),
    selectableOptionsCount: content.allowMultiple ? 0 : 1,
    ...(context && { contextInfo: context }),
  }
  const messageContextInfo = { messageSecret: secret }
  return content.allowMultiple
    ? { pollCreationMessage: poll, messageContextInfo }
    : { pollCreationMessageV3: poll, messageContextInfo }
}
