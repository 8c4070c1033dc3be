import type { BaileysEventMap, BinaryNode } from 'baileys'
import type { Clock } from '../../platform/clock.ts'
import type { Addresses } from '../inbound/addresses.ts'
import type { Arrival, Inbox } from '../inbound/inbox.ts'
import type { Recipient } from '../inbound/parse-message.ts'
import { CallReader } from './calls.ts'
import { readChats, readDeletedChats, readStars } from './chats.ts'
import { readBlocked, readBusinesses, readContacts } from './contacts.ts'
import type { GroupCache } from './group-cache.ts'
import { cacheEphemeral, cacheGroups, cacheParticipants } from './group-cache-updates.ts'
import { readEndedGroup, readGroups, readParticipants } from './groups.ts'
import { readLabel, readLabelledChat } from './labels.ts'
import { readStatusPosts, statusChat } from './status-posts.ts'
import type { UpdateContext } from './update-context.ts'

/** What the receiver works with. */
export interface UpdatesReceiverOptions {
  recipient(): Recipient
  addresses: Addresses
  inbox: Inbox
  groups: GroupCache
  clock: Clock
}

type Events = BaileysEventMap

/** Turns the events of the library beside messages into ours, in their order. */
export class UpdatesReceiver {
  readonly #options: UpdatesReceiverOptions
  readonly #calls = new CallReader()

  constructor(options: UpdatesReceiverOptions) {
    this.#options = options
  }

  /** One event of the library; names we do not speak of are ignored. */
  handle(name: string, data: unknown): void {
    switch (name) {
      case 'groups.upsert':
      case 'groups.update':
        // Cached in this very tick: the notification is acknowledged after what was written before is committed.
        cacheGroups(this.#options.groups, data as Events['groups.update'])
        return this.#add((context) => readGroups(data as Events['groups.update'], context))
      case 'group-participants.update':
        cacheParticipants(this.#options.groups, data as Events['group-participants.update'])
        return this.#add((context) => readParticipants(data as Events['group-participants.update'], context))
      case 'chats.update':
        cacheEphemeral(this.#options.groups, data as Events['chats.update'])
        return this.#add((context) => readChats(data as Events['chats.update'], context))
      case 'chats.delete':
        return this.#add((context) => readDeletedChats(data as Events['chats.delete'], context))
      case 'messages.upsert':
        return this.#handlePosts(data as Events['messages.upsert'])
      case 'messages.update':
        return this.#add((context) => readStars(data as Events['messages.update'], context))
      case 'labels.edit':
        return this.#add(async (context) => readLabel(data as Events['labels.edit'], context))
      case 'labels.association':
        return this.#add((context) => readLabelledChat(data as Events['labels.association'], context))
      case 'contacts.upsert':
        return this.#add((context) => readContacts(data as Events['contacts.upsert'], context))
      case 'contacts.update':
        return this.#add((context) => readBusinesses(data as Events['contacts.update'], context))
      case 'blocklist.update':
        return this.#add((context) => readBlocked(data as Events['blocklist.update'], context))
      case 'call':
        return this.#add((context) => this.#calls.read(data as Events['call'], context))
      default:
    }
  }

  /** A notification about a group, before the library reads it: of some kinds it does not speak. */
  handleGroupNotice({ attrs, content }: BinaryNode): void {
    const { from } = attrs
    const tag = Array.isArray(content) ? content[0]?.tag : undefined
    if (from === undefined || tag === undefined) return
    if (['modify', 'link', 'unlink', 'delete', 'suspended', 'unsuspended'].includes(tag)) {
      this.#options.groups.invalidate(from)
    }
    if (tag === 'delete') this.#add((context) => readEndedGroup(from, attrs, context))
  }

  /** A stanza about a call, before the library reads it and drops why a call ended. */
  handleCallStanza(node: BinaryNode): void {
    this.#calls.recordStanza(node)
  }

  /** Address of whoever makes a call, as WhatsApp names them. */
  callerOf(callId: string): string | undefined {
    return this.#calls.callerOf(callId)
  }

  #handlePosts({ messages }: Events['messages.upsert']): void {
    // The library changes the objects later; what is read now is what arrived.
    const posts = messages.filter(({ key }) => key.remoteJid === statusChat).map((post) => ({ ...post }))
    if (posts.length > 0) this.#add((context) => readStatusPosts({ messages: posts }, context))
  }

  #add(read: (context: UpdateContext) => Promise<Arrival | undefined>): void {
    const { recipient, addresses, inbox, clock } = this.#options
    const now = clock.now()
    inbox.add(async () => (await read({ ...recipient(), addresses, now })) ?? {})
  }
}
