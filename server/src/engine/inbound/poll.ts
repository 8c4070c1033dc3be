import type { proto } from 'baileys'
import type { InboundContent } from '../content.ts'
import { cleanText } from './clean.ts'

const maxOptions = 100

/** The poll of a message, whichever version it has. */
export function pollOf(message: proto.IMessage): proto.Message.IPollCreationMessage | undefined {
  return (
    message.pollCreationMessage ??
    message.pollCreationMessageV2 ??
    message.pollCreationMessageV3 ??
    message.pollCreationMessageV5 ??
    undefined
  )
}

/** A poll; exactly one selectable option means a choice, anything else several. */
export function parsePoll(message: proto.IMessage): InboundContent | undefined {
  const poll = pollOf(message)
  if (poll === undefined) return undefined
  return {
    kind: 'poll',
    title: cleanText(poll.name),
    options: (poll.options ?? []).slice(0, maxOptions).map(({ optionName }) => cleanText(optionName, 1000)),
    allowMultiple: poll.selectableOptionsCount !== 1,
  }
}
