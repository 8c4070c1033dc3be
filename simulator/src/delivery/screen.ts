import { normalizeMessageContent, type proto } from 'baileys'
import type { Account } from '../accounts.ts'
import { statusChat } from '../addresses.ts'
import { describeContent, describeMessage } from '../content/describe.ts'
import { openVote } from '../content/poll-votes.ts'
import { type SentMessage, sentMessagesOf } from '../content/sent-messages.ts'
import { Group } from '../groups/model.ts'
import type { ReceivedMessage } from '../records.ts'
import { defineState } from '../state.ts'
import type { World } from '../world.ts'

/** Shows a message on a phone, once however often it comes. Returns whether it was new. */
export function showOnPhone(world: World, phone: Account, sent: SentMessage): boolean {
  const shown = recordOf(world, phone, sent)
  const isNew = phone.show(shown)
  if (isNew) applyToTarget(world, phone, sent, shown)
  return isNew
}

/** What the owner writes on the phone stands on its screen, but is nothing that the phone received. */
export function keepOnPhone(world: World, phone: Account, sent: SentMessage): void {
  const shown = recordOf(world, phone, sent)
  phone.keep(shown)
  applyToTarget(world, phone, sent, shown)
}

/** A message on the screen of a phone, with what came of it since. */
export function messageOnPhone(world: World, phone: Account, id: string): ReceivedMessage | undefined {
  const author = sentMessagesOf(world).get(id)?.author
  return author && phone.shown(author.chatId, id)
}

function recordOf(world: World, phone: Account, sent: SentMessage): ReceivedMessage {
  const { author, chat, id, message } = sent
  const isOwn = author === phone
  const peer = chat instanceof Group ? chat.id : (isOwn ? chat : author).chatId
  const shown: ReceivedMessage = {
    id,
    from: author.chatId,
    chat: sent.isStatus ? statusChat : peer,
    ...describeMessage(world, message),
    ...(isOwn && { fromMe: true as const }),
    receivedAt: new Date().toISOString(),
  }
  if (shown.kind === 'poll_vote') {
    const vote = readVote(world, sent, shown.target ?? '')
    if (vote) shown.vote = vote
  }
  return shown
}

/** Reactions, votes, edits and revocations change a message that is on the screen already. */
function applyToTarget(world: World, phone: Account, sent: SentMessage, shown: ReceivedMessage): void {
  const target = shown.target === undefined ? undefined : messageOnPhone(world, phone, shown.target)
  if (!target) return
  const isAuthor = target.from === shown.from
  switch (shown.kind) {
    case 'reaction':
      react(target, shown, sent.message)
      break
    case 'edit':
      if (isAuthor) target.editedText = shown.text ?? ''
      break
    case 'revoke':
      if (isAuthor || (sent.chat instanceof Group && sent.chat.isAdmin(sent.author))) target.isRevoked = true
      break
    case 'poll_vote':
      countVote(target, shown)
  }
}

/** When each person last reacted, by their own clocks. */
const reactedAt = defineState<ReceivedMessage, Map<string, number>>(() => new Map())

/** One reaction per person: the one they made last, whichever comes last. */
function react(target: ReceivedMessage, { from, text }: ReceivedMessage, message: proto.IMessage): void {
  const content = normalizeMessageContent(message) ?? message
  const at = Number(content.reactionMessage?.senderTimestampMs ?? 0)
  const times = reactedAt.of(target)
  if (at < (times.get(from) ?? 0)) return
  times.set(from, at)
  target.reactions = { ...target.reactions, [from]: text ?? '' }
  if (!text) delete target.reactions[from]
}

function countVote({ poll }: ReceivedMessage, { from, vote }: ReceivedMessage): void {
  if (!poll || !vote) return
  for (const option of poll.options) {
    const others = (poll.votes[option] ?? []).filter((voter) => voter !== from)
    poll.votes[option] = vote.includes(option) ? [...others, from] : others
  }
}

/** Decrypts a vote. Creator and voter may be named by phone number or by LID. */
function readVote(world: World, sent: SentMessage, pollId: string): string[] | undefined {
  const poll = sentMessagesOf(world).get(pollId)
  const secret = poll?.message.messageContextInfo?.messageSecret
  const update = (normalizeMessageContent(sent.message) ?? sent.message).pollUpdateMessage
  const options = poll && describeContent(poll.message).poll?.options
  if (!secret || !update?.vote || !options) return undefined
  return tryNames(poll.author, sent.author, (creator, voter) =>
    openVote(secret, { pollId, creator, voter }, update.vote as proto.Message.IPollEncValue, options),
  )
}

function tryNames(
  creator: Account,
  voter: Account,
  open: (creator: string, voter: string) => string[],
): string[] | undefined {
  for (const nameOfCreator of [creator.jid, creator.lidJid]) {
    for (const nameOfVoter of [voter.jid, voter.lidJid]) {
      try {
        return open(nameOfCreator, nameOfVoter)
      } catch {
        // The tag does not fit, so it was encrypted under other names.
      }
    }
  }
  return undefined
}
