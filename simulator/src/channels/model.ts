import { randomBytes, randomInt } from 'node:crypto'
import type { proto } from 'baileys'
import type { Account, Companion } from '../accounts.ts'
import { seconds } from '../stanza.ts'

/** What somebody is to a channel. Source: `NewsletterViewRole` of Baileys. */
export type ChannelRole = 'OWNER' | 'ADMIN' | 'SUBSCRIBER' | 'GUEST'

/** One post of a channel, with what became of it. */
export type ChannelPost = {
  /** Number within the channel, by which reactions and views name it. */
  serverId: number
  id: string
  by: Account
  at: string
  type: string
  /** Undefined once it is revoked. */
  message: proto.IMessage | undefined
  isEdited: boolean
  readonly viewers: Set<Account>
  readonly reactions: Map<Account, string>
}

const keptPosts = 10_000

/** A channel: few write, anybody follows. */
export class Channel {
  readonly id: string
  /** What the invitation link ends with. */
  readonly inviteCode = `0029Va${randomBytes(12).toString('base64url').replace(/[-_]/g, 'x')}`
  readonly createdAt = seconds()
  readonly admins = new Set<Account>()
  readonly followers = new Map<Account, { isMuted: boolean }>()
  /** Followers who are no accounts here, so that a channel can be as big as one likes. */
  otherFollowers = 0
  owner: Account
  name: string
  nameChangedAt = microseconds()
  description: string
  descriptionChangedAt = microseconds()
  picture: { id: string; directPath: string } | undefined
  isVerified = false
  isMutedByOwner = false
  readonly posts: ChannelPost[] = []
  /** Linked devices that watch reactions and views, and until when (milliseconds). */
  readonly watchers = new Map<Companion, number>()
  #nextServerId = 100

  constructor(owner: Account, name: string, description: string) {
    this.id = `120363${randomInt(10 ** 12)
      .toString()
      .padStart(12, '0')}@newsletter`
    this.owner = owner
    this.name = name
    this.description = description
  }

  /** Has a picture from now on; what it shows nobody asks here. */
  setPicture(): void {
    const id = microseconds()
    this.picture = { id, directPath: `/v/newsletter-picture/${id}` }
  }

  /** What this person is to the channel. */
  roleOf(account: Account): ChannelRole {
    if (account === this.owner) return 'OWNER'
    if (this.admins.has(account)) return 'ADMIN'
    return this.followers.has(account) ? 'SUBSCRIBER' : 'GUEST'
  }

  /** Whether this person writes and changes things here. */
  isRunBy(account: Account): boolean {
    return account === this.owner || this.admins.has(account)
  }

  get followerCount(): number {
    return this.followers.size + this.otherFollowers
  }

  /** Everybody who gets the posts. */
  audience(): Set<Account> {
    return new Set([this.owner, ...this.admins, ...this.followers.keys()])
  }

  /** Keeps a post; the oldest go first. */
  add(post: Pick<ChannelPost, 'id' | 'by' | 'type' | 'message'>): ChannelPost {
    const serverId = this.#nextServerId++
    const kept = {
      ...post,
      serverId,
      at: seconds(),
      isEdited: false,
      viewers: new Set<Account>(),
      reactions: new Map<Account, string>(),
    }
    this.posts.push(kept)
    if (this.posts.length > keptPosts) this.posts.shift()
    return kept
  }

  /** The number of the next post, to save and to restore. */
  saved(): number {
    return this.#nextServerId
  }

  restore(nextServerId: number): void {
    this.#nextServerId = nextServerId
  }

  /** A post by its message id or its number. */
  post(id: string | undefined): ChannelPost | undefined {
    return this.posts.findLast((post) => post.id === id || String(post.serverId) === id)
  }

  /** Puts one reaction of a person on a post, or takes it back. */
  react(post: ChannelPost, account: Account, emoji: string): void {
    if (emoji) post.reactions.set(account, emoji)
    else post.reactions.delete(account)
  }
}

/** How often each reaction stands at a post. */
export function countReactions({ reactions }: ChannelPost): Map<string, number> {
  const counts = new Map<string, number>()
  for (const emoji of reactions.values()) counts.set(emoji, (counts.get(emoji) ?? 0) + 1)
  return counts
}

/** Unix time in microseconds, as names and descriptions of channels carry it. */
export function microseconds(): string {
  return String(Date.now() * 1000)
}
