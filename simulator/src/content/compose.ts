import { randomBytes } from 'node:crypto'
import { proto } from 'baileys'
import type { Account } from '../accounts.ts'
import { chatJid } from '../addresses.ts'
import { SimulatorError } from '../errors.ts'
import { Group } from '../groups/model.ts'
import type { World } from '../world.ts'
import { composeMedia } from './compose-media.ts'
import { composeEdit, composeReaction, composeRevocation, composeVote } from './compose-targeted.ts'
import { type Composer, findMessage, withContext } from './composer.ts'
import type { ContentDraft } from './inputs.ts'

/** The message of what a person writes; files are uploaded. */
export function composeMessage(
  world: World,
  from: Account,
  chat: Account | Group,
  draft: ContentDraft,
): proto.IMessage {
  const nameOf = (account: Account) =>
    chat instanceof Group ? chat.nameOf(account) : chatJid(account, from.addressing)
  const composer = { world, from, chat, nameOf }
  const message = withContext(composeContent(composer, draft), contextOf(composer, draft))
  return draft.viewOnce ? asViewOnce(message) : wrapped(message)
}

function composeContent(composer: Composer, draft: ContentDraft): proto.IMessage {
  const { text, media, location, contacts, poll, vote, reaction, edit, revoke, disappearing, raw } = draft
  if (text !== undefined) return { conversation: text }
  if (media) return composeMedia(composer.world, composer.from, media)
  if (location) return composeLocation(location)
  if (contacts) return composeContacts(contacts)
  if (poll) return composePoll(poll)
  if (vote) return composeVote(composer, vote)
  if (reaction) return composeReaction(composer, reaction)
  if (edit) return composeEdit(composer, edit, contextOf(composer, draft))
  if (revoke) return composeRevocation(composer, revoke)
  if (disappearing) {
    const type = proto.Message.ProtocolMessage.Type.EPHEMERAL_SETTING
    return { protocolMessage: { type, ephemeralExpiration: disappearing.seconds } }
  }
  if (raw === undefined) throw new SimulatorError(422, 'the message has no content', 'text')
  return composeRaw(raw)
}

function composeLocation(location: NonNullable<ContentDraft['location']>): proto.IMessage {
  const { latitude, longitude, name, address, live } = location
  const point = { degreesLatitude: latitude, degreesLongitude: longitude }
  if (live) {
    return { liveLocationMessage: { ...point, ...(name && { caption: name }), sequenceNumber: 1 } }
  }
  return { locationMessage: { ...point, ...(name && { name }), ...(address && { address }) } }
}

function composeContacts(contacts: NonNullable<ContentDraft['contacts']>): proto.IMessage {
  const cards = contacts.map(({ name, phone }) => ({ displayName: name, vcard: vcardOf(name, phone) }))
  const [first] = cards
  if (first && cards.length === 1) return { contactMessage: first }
  return { contactsArrayMessage: { displayName: `${cards.length} contacts`, contacts: cards } }
}

function vcardOf(name: string, phone: string): string {
  const escaped = name.replace(/[\\,;]/g, '\\$&').replace(/\r?\n/g, '\\n')
  const number = `item1.TEL;waid=${phone}:+${phone}`
  return ['BEGIN:VCARD', 'VERSION:3.0', `N:;${escaped};;;`, `FN:${escaped}`, number, 'END:VCARD'].join('\n')
}

function composePoll({ title, options, multiple }: NonNullable<ContentDraft['poll']>): proto.IMessage {
  const poll = {
    name: title,
    options: options.map((optionName) => ({ optionName })),
    selectableOptionsCount: multiple ? 0 : 1,
  }
  return {
    ...(multiple ? { pollCreationMessage: poll } : { pollCreationMessageV3: poll }),
    messageContextInfo: { messageSecret: randomBytes(32) },
  }
}

function composeRaw(raw: NonNullable<ContentDraft['raw']>): proto.IMessage {
  try {
    if (typeof raw === 'string') return proto.Message.decode(Buffer.from(raw, 'base64'))
    return proto.Message.fromObject(raw)
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new SimulatorError(422, `raw is no message of the protocol: ${reason}`, 'raw')
  }
}

/** What a message refers to. Undefined when nothing. */
function contextOf(
  { world, from, chat, nameOf }: Composer,
  draft: ContentDraft,
): proto.IContextInfo | undefined {
  const context: proto.IContextInfo = {}
  if (draft.quoted !== undefined) {
    const quoted = findMessage(world, draft.quoted, 'quoted', 'to quote')
    context.stanzaId = quoted.id
    context.participant = nameOf(quoted.author)
    context.quotedMessage = quoted.message
  }
  if (draft.mentions?.length) {
    context.mentionedJid = draft.mentions.map((phone) => nameOf(world.account(phone, 'mentions')))
  }
  if (draft.forwarded) {
    context.isForwarded = true
    context.forwardingScore = 1
  }
  const timer = standsAlone(draft) && !(chat instanceof Group) ? from.chatTimers.get(chat.phone) : undefined
  const ofGroup = standsAlone(draft) && chat instanceof Group && chat.ephemeralSeconds
  const expiration = draft.ephemeralSeconds ?? (timer?.seconds || ofGroup)
  if (expiration) context.expiration = expiration
  if (timer?.seconds && draft.ephemeralSeconds === undefined) context.ephemeralSettingTimestamp = timer.since
  return Object.keys(context).length ? context : undefined
}

/** Whether it is a message of its own, which disappears with others where messages do. */
function standsAlone({ text, media, location, contacts, poll }: ContentDraft): boolean {
  return [text, media, location, contacts, poll].some((content) => content !== undefined)
}

function asViewOnce(message: proto.IMessage): proto.IMessage {
  const [[kind, part] = ['', {}]] = Object.entries(message)
  const inner = { [kind]: { ...part, viewOnce: true } }
  return message.audioMessage
    ? { viewOnceMessageV2Extension: { message: inner } }
    : { viewOnceMessageV2: { message: inner } }
}

/** Phones wrap what older clients would not understand. Source: `getFutureProofMessage` of Baileys, whatsmeow. */
function wrapped(message: proto.IMessage): proto.IMessage {
  if (message.documentMessage?.caption) return { documentWithCaptionMessage: { message } }
  const isEdit = message.protocolMessage?.type === proto.Message.ProtocolMessage.Type.MESSAGE_EDIT
  return isEdit ? { editedMessage: { message } } : message
}
