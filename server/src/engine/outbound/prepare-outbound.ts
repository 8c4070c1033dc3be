import { createHmac } from 'node:crypto'
import type { BinaryNode, GroupMetadata, proto, WASocket } from 'baileys'
import type { Clock } from '../../platform/clock.ts'
import { contentMentions, type MessageTarget, type OutboundContent } from '../content.ts'
import type { Submission } from '../engine.ts'
import { type ChatId, chatKind } from '../ids.ts'
import type { Addresses } from '../inbound/addresses.ts'
import type { ChatTimer, ChatTimers } from '../inbound/chat-timers.ts'
import { addressesOf } from '../inbound/parse-change.ts'
import { personOf } from '../library/jids.ts'
import { type MediaContent, NotSendableError, type UploadedFile } from '../media/parts.ts'
import { convertContext } from './context.ts'
import { convertOutbound } from './convert-outbound.ts'
import { editedMessage, mentionedIn } from './edit.ts'

/** What preparing a message needs of the connection. */
export interface PreparerOptions {
  socket: WASocket
  addresses: Addresses
  timers: Pick<ChatTimers, 'of'>
  clock: Clock
  /** The group as it is known; asks WhatsApp when it is not. */
  findGroup(jid: string): Promise<GroupMetadata | undefined>
  /** The content of a message of this session, when it is known. */
  findMessage(id: string): Promise<proto.IMessage | undefined>
  /** Brings a file to WhatsApp; files of channels are not encrypted. */
  upload(content: MediaContent, isChannel: boolean): Promise<UploadedFile>
  /** Private key of the account's identity: what secrets of messages are derived from. */
  identityKey(): Uint8Array
}

/** A message ready to be sent. */
export interface PreparedMessage {
  jid: string
  message: proto.IMessage
  /** Of an edit: the message that it changes, as it is from then on. */
  edited?: proto.IMessage
  /** The people it mentions then. */
  mentions?: readonly ChatId[]
  /** The id the stanza carries and its ack names: in channels that of the post that is changed. */
  stanzaId: string
  /** Attributes and children of the stanza beside the content. */
  attributes: Record<string, string>
  nodes: BinaryNode[]
  /** What a channel post names its file by. */
  mediaHandle?: string
}

/** Turns a submission into protocol terms: addresses, references, uploaded files, stanza attributes. */
export class OutboundPreparer {
  readonly #options: PreparerOptions

  constructor(options: PreparerOptions) {
    this.#options = options
  }

  /** Throws NotSendableError for what WhatsApp has no form for. */
  async prepare(submission: Submission): Promise<PreparedMessage> {
    const { chatId, content, waMessageId } = submission
    const jid = await this.#options.addresses.jidOf(chatId)
    const kind = chatKind(chatId)
    if (kind === 'channel') requireChannelKind(content)
    const target = 'target' in content ? await this.#keyOf(jid, chatId, content.target) : undefined
    const upload = 'file' in content ? await this.#options.upload(content, kind === 'channel') : undefined
    const secret = this.#secretOf(waMessageId)
    const original =
      content.kind === 'edit' ? await this.#options.findMessage(content.target.waMessageId) : undefined
    const message = convertOutbound(content, {
      context: await this.#contextOf(submission, jid),
      secret,
      nowMs: this.#options.clock.nowMs(),
      ...(target && { target }),
      ...(original && { original }),
      ...(upload && { upload }),
    })
    // Official clients give every message a key of its own; additions to it and reports of it are made with it.
    if (kind !== 'channel' && !('target' in content)) message.messageContextInfo = { messageSecret: secret }
    return {
      jid,
      message,
      ...(content.kind === 'edit' && (await this.#editedParts(message, original))),
      stanzaId: stanzaIdOf(submission),
      attributes: stanzaAttributes(content, kind === 'group'),
      nodes: content.kind === 'poll' ? [{ tag: 'meta', attrs: { polltype: 'creation' } }] : [],
      ...(upload?.handle !== undefined && { mediaHandle: upload.handle }),
    }
  }

  async #contextOf(submission: Submission, jid: string): Promise<proto.IContextInfo | undefined> {
    const { content, quoted } = submission
    const { addresses, socket } = this.#options
    const timer = await this.#timerOf(submission, jid)
    const mentions = contentMentions(content)
    const mentioned = await Promise.all(mentions.map((chatId) => addresses.jidOf(chatId)))
    if (quoted === undefined) return convertContext({ mentioned, timer })
    const quotedSender = quoted.isFromMe
      ? ownJid(socket)
      : quoted.sender === null
        ? undefined
        : await this.#memberJid(jid, quoted.sender)
    return convertContext({ quoted, quotedSender, mentioned, timer })
  }

  async #editedParts(
    message: proto.IMessage,
    original: proto.IMessage | undefined,
  ): Promise<Pick<PreparedMessage, 'edited' | 'mentions'>> {
    const edited = editedMessage(message, original)
    const { addresses } = this.#options
    const mentioned = await Promise.all(mentionedIn(edited).map((jid) => addresses.chatIdOfJid(jid)))
    return { edited, mentions: mentioned.filter((chatId) => chatId !== undefined) }
  }

  /** How long what is sent stays in its chat; undefined where messages stay, and for what is shown at others. */
  async #timerOf({ chatId, content }: Submission, jid: string): Promise<ChatTimer | undefined> {
    const kind = chatKind(chatId)
    if (kind === 'channel' || content.kind === 'reaction' || content.kind === 'revoke') return undefined
    const { addresses, timers, findGroup } = this.#options
    if (kind === 'person') {
      const timer = await timers.of(addressesOf(await addresses.complete(personOf([jid], null))))
      return timer?.seconds ? timer : undefined
    }
    const { ephemeralDuration: seconds } = (await findGroup(jid)) ?? {}
    if (!seconds) return undefined
    const known = await timers.of([jid])
    return { seconds, since: known?.seconds === seconds ? known.since : 0 }
  }

  /** Names a message of the chat in the protocol's way; groups name the author too. */
  async #keyOf(jid: string, chatId: ChatId, target: MessageTarget): Promise<proto.IMessageKey> {
    const key: proto.IMessageKey = { remoteJid: jid, fromMe: target.isFromMe, id: target.waMessageId }
    if (chatKind(chatId) !== 'group' || target.isFromMe || target.sender === null) return key
    return { ...key, participant: await this.#memberJid(jid, target.sender) }
  }

  /** A person as the chat addresses them: groups by phone or by LID. */
  async #memberJid(jid: string, chatId: ChatId): Promise<string> {
    const { addresses, findGroup } = this.#options
    const person = await addresses.jidOf(chatId)
    if (!jid.endsWith('@g.us') || !person.endsWith('@s.whatsapp.net')) return person
    const group = await findGroup(jid)
    if (group?.addressingMode !== 'lid') return person
    const phone = person.slice(0, -'@s.whatsapp.net'.length)
    const { lid } = await addresses.complete({ phone, lid: null, pushName: null })
    return lid === null ? person : `${lid}@lid`
  }

  /** The same for each try of one message, so that votes on whichever arrived can be read. */
  #secretOf(waMessageId: string): Uint8Array {
    return createHmac('sha256', this.#options.identityKey()).update(`message secret ${waMessageId}`).digest()
  }
}

/** In channels a change carries the id of the post it changes; everywhere else each message has its own. */
export function stanzaIdOf({ chatId, waMessageId, content }: Submission): string {
  const changesPost = chatKind(chatId) === 'channel' && (content.kind === 'edit' || content.kind === 'revoke')
  return changesPost ? content.target.waMessageId : waMessageId
}

const channelKinds: ReadonlySet<OutboundContent['kind']> = new Set<OutboundContent['kind']>([
  'text',
  'image',
  'video',
  'gif',
  'audio',
  'voice',
  'document',
  'sticker',
  'poll',
  'edit',
  'revoke',
])

/** Channels carry posts, and changes of them: reactions name posts by numbers that are not kept. */
function requireChannelKind(content: OutboundContent): void {
  if (!channelKinds.has(content.kind)) throw new NotSendableError('not_for_channels')
  if ('isViewOnce' in content && content.isViewOnce === true) throw new NotSendableError('not_for_channels')
}

/** Source: `edit` of whatsmeow's `EditAttribute`; an admin takes others' messages back with another one. */
function stanzaAttributes(content: OutboundContent, isGroup: boolean): Record<string, string> {
  if (content.kind === 'edit') return { edit: '1' }
  if (content.kind !== 'revoke') return {}
  return { edit: isGroup && !content.target.isFromMe ? '8' : '7' }
}

function ownJid(socket: WASocket): string | undefined {
  const id = socket.user?.id
  return id === undefined ? undefined : `${id.split(/[:@]/)[0]}@s.whatsapp.net`
}
