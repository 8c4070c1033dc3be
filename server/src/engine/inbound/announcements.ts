import type { proto } from 'baileys'
import type { InboundContent } from '../content.ts'
import { cleanCount, cleanText } from './clean.ts'
import { listOf, momentOf, objectOf, textOf } from './shown-text.ts'

const maxOptions = 100

/** Something that people meet for: in a group, or a call that is planned. */
export function parseEvent(message: proto.IMessage): InboundContent | undefined {
  const { eventMessage: event, scheduledCallCreationMessage: call } = message
  if (call)
    return textOf(call.title, momentOf(Math.floor((cleanCount(call.scheduledTimestampMs) ?? 0) / 1000)))
  return textOf(
    event?.name,
    momentOf(event?.startTime),
    event?.location?.name,
    event?.location?.address,
    event?.description,
    event?.joinLink,
  )
}

/** An invitation into a group, or to follow or lead a channel. */
export function parseInvitation(message: proto.IMessage): InboundContent | undefined {
  const group = message.groupInviteMessage
  const channel = message.newsletterAdminInviteMessage ?? message.newsletterFollowerInviteMessageV2
  return textOf(group?.groupName ?? channel?.newsletterName, group?.caption ?? channel?.caption)
}

/** How a poll ended, as a text: nobody can vote on it. */
export function parsePollResult(message: proto.IMessage): InboundContent | undefined {
  const result = message.pollResultSnapshotMessage ?? message.pollResultSnapshotMessageV3
  const votes = listOf(result?.pollVotes, maxOptions).map((vote) => {
    const { optionName, optionVoteCount } = objectOf(vote)
    return `${cleanText(optionName, 1000)}: ${cleanCount(optionVoteCount) ?? 0}`
  })
  return textOf(result?.name, ...votes)
}

/** Stickers to take over, of which the message has the names only. */
export function parseStickerPack({ stickerPackMessage: pack }: proto.IMessage): InboundContent | undefined {
  return textOf(pack?.name, pack?.publisher, pack?.caption)
}

/** A call to all, with what is written below it. */
export function parseBroadcastCall({ bcallMessage }: proto.IMessage): InboundContent | undefined {
  return textOf(bcallMessage?.caption)
}

/** A status post that is shown in a chat, with its text. */
export function parseQuotedStatus({ statusQuotedMessage }: proto.IMessage): InboundContent | undefined {
  return textOf(statusQuotedMessage?.text)
}

/** What a machine answered, its parts that are texts. */
export function parseRichAnswer({ richResponseMessage }: proto.IMessage): InboundContent | undefined {
  return textOf(
    ...listOf(richResponseMessage?.submessages, maxOptions).map((part) => objectOf(part).messageText),
  )
}
