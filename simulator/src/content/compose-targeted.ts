import { normalizeMessageContent, proto } from 'baileys'
import { chatJid } from '../addresses.ts'
import { SimulatorError } from '../errors.ts'
import { Group } from '../groups/model.ts'
import { mediaPartOf } from '../media/part.ts'
import { defineState } from '../state.ts'
import type { World } from '../world.ts'
import { type Composer, findMessage, withContext } from './composer.ts'
import { describeContent, pollOf } from './describe.ts'
import type { ContentDraft } from './inputs.ts'
import { sealVote } from './poll-votes.ts'
import type { SentMessage } from './sent-messages.ts'

/** How the author names another message of the chat. */
function keyOf({ from, chat, nameOf }: Composer, target: SentMessage): proto.IMessageKey {
  const fromMe = target.author === from
  const isGroup = chat instanceof Group
  return {
    remoteJid: isGroup ? chat.id : chatJid(chat, from.addressing),
    fromMe,
    id: target.id,
    ...(isGroup && !fromMe && { participant: nameOf(target.author) }),
  }
}

const reactions = defineState<World, { lastMs: number }>(() => ({ lastMs: 0 }))

/** Puts a reaction on a message, or takes it back with an empty emoji. */
export function composeReaction(
  composer: Composer,
  { message, emoji }: NonNullable<ContentDraft['reaction']>,
): proto.IMessage {
  const target = findMessage(composer.world, message, 'reaction.message', 'to react to')
  // Nobody reacts twice in a millisecond.
  const clock = reactions.of(composer.world)
  clock.lastMs = Math.max(Date.now(), clock.lastMs + 1)
  return {
    reactionMessage: { key: keyOf(composer, target), text: emoji, senderTimestampMs: clock.lastMs },
  }
}

/** Gives an own message another text, or the file of one another caption. */
export function composeEdit(
  composer: Composer,
  { message, text }: NonNullable<ContentDraft['edit']>,
  context: proto.IContextInfo | undefined,
): proto.IMessage {
  const target = findMessage(composer.world, message, 'edit.message', 'to edit')
  if (target.author !== composer.from) {
    throw new SimulatorError(422, 'only the author edits a message', 'edit.message')
  }
  return {
    protocolMessage: {
      type: proto.Message.ProtocolMessage.Type.MESSAGE_EDIT,
      key: keyOf(composer, target),
      editedMessage: withContext(editedContent(target.message, text), context),
      timestampMs: Date.now(),
    },
  }
}

function editedContent(original: proto.IMessage, text: string): proto.IMessage {
  if (!mediaPartOf(original)) return { conversation: text }
  const content = normalizeMessageContent(original) ?? original
  const [[kind, part] = ['', {}]] = Object.entries(content).filter(([, value]) => value?.mediaKey)
  return { [kind]: { ...part, caption: text } }
}

/** Takes a message back for everyone: the author does, and admins in their groups. */
export function composeRevocation(
  composer: Composer,
  { message }: NonNullable<ContentDraft['revoke']>,
): proto.IMessage {
  const { from, chat } = composer
  const target = findMessage(composer.world, message, 'revoke.message', 'to revoke')
  const isAdmin = chat instanceof Group && chat.isAdmin(from)
  if (target.author !== from && !isAdmin) {
    throw new SimulatorError(422, 'only the author or an admin revokes a message', 'revoke.message')
  }
  return {
    protocolMessage: { type: proto.Message.ProtocolMessage.Type.REVOKE, key: keyOf(composer, target) },
  }
}

/** Votes in a poll; the latest vote of a person counts, and one without options takes it back. */
export function composeVote(
  composer: Composer,
  { poll: id, options }: NonNullable<ContentDraft['vote']>,
): proto.IMessage {
  const target = findMessage(composer.world, id, 'vote.poll', 'to vote in')
  const { poll } = describeContent(target.message)
  const secret = target.message.messageContextInfo?.messageSecret
  if (!poll || !pollOf(target.message) || !secret) {
    throw new SimulatorError(422, `the message ${id} is no poll`, 'vote.poll')
  }
  const unknown = options.find((option) => !poll.options.includes(option))
  if (unknown !== undefined) {
    throw new SimulatorError(422, `the poll has no option ${unknown}`, 'vote.options')
  }
  if (options.length > 1 && !poll.multiple) {
    throw new SimulatorError(422, 'the poll takes one option only', 'vote.options')
  }
  const { nameOf, from } = composer
  const names = { pollId: id, creator: nameOf(target.author), voter: nameOf(from) }
  return {
    pollUpdateMessage: {
      pollCreationMessageKey: keyOf(composer, target),
      vote: sealVote(secret, names, options),
      senderTimestampMs: Date.now(),
    },
  }
}
