import { proto } from 'baileys'
import type { z } from 'zod'
import type { Account } from '../accounts.ts'
import { composeMedia } from '../content/compose-media.ts'
import { describeContent } from '../content/describe.ts'
import { outerAttributes } from '../content/stanza-type.ts'
import type { Context } from '../context.ts'
import { SimulatorError } from '../errors.ts'
import { sha256 } from '../media/crypto.ts'
import { mediaPartOf } from '../media/part.ts'
import { mediaOf } from '../media/store.ts'
import { parse } from '../parsing.ts'
import { messageId } from '../stanza.ts'
import { channelNamed, channelsOf, createChannel } from './channels.ts'
import { changeChannel } from './graph.ts'
import {
  type ChannelChangesInput,
  type ChannelInput,
  channelChangesSchema,
  channelSchema,
  type FollowerInput,
  followerSchema,
  type PostInput,
  postSchema,
} from './inputs.ts'
import { type Channel, type ChannelPost, countReactions } from './model.ts'
import { publish, reactToPost, viewPost } from './posts.ts'

/** A channel as the control API describes it. */
export type ChannelDescription = {
  id: string
  name: string
  description: string
  owner: string
  admins: string[]
  followers: string[]
  followerCount: number
  inviteCode: string
  hasPicture: boolean
  verified: boolean
  posts: number
}

/** A post as the control API describes it. */
export type PostDescription = {
  id: string
  serverId: number
  by: string
  kind: string
  text?: string
  isEdited: boolean
  isRevoked: boolean
  views: number
  reactions: Record<string, number>
}

/** `simulator.channels`: channels, their followers and their posts. */
export class ChannelsFacade {
  readonly #context: Context

  constructor(context: Context) {
    this.#context = context
  }

  /** Creates a channel. */
  create(input: ChannelInput): { id: string; inviteCode: string } {
    const { owner, name, description, verified, otherFollowers } = parse(channelSchema, input)
    const { world } = this.#context
    const channel = createChannel(world, world.account(owner, 'owner'), name, description ?? '')
    channel.isVerified = verified ?? false
    channel.otherFollowers = otherFollowers ?? 0
    return { id: channel.id, inviteCode: channel.inviteCode }
  }

  /** A channel as it is now. */
  describe(id: string): ChannelDescription {
    return describeChannel(channelNamed(this.#context.world, id))
  }

  /** All channels. */
  list(): ChannelDescription[] {
    return [...channelsOf(this.#context.world).values()].map(describeChannel)
  }

  /** Changes what is given; followers are notified of name and description. */
  change(id: string, input: ChannelChangesInput): ChannelDescription {
    const channel = channelNamed(this.#context.world, id)
    const { name, description, verified, otherFollowers } = parse(channelChangesSchema, input)
    if (verified !== undefined) channel.isVerified = verified
    if (otherFollowers !== undefined) channel.otherFollowers = otherFollowers
    if (name !== undefined || description !== undefined) {
      changeChannel(channel, { ...(name && { name }), ...(description !== undefined && { description }) })
    }
    return describeChannel(channel)
  }

  /** Deletes a channel. */
  delete(id: string): void {
    const { world } = this.#context
    channelsOf(world).delete(channelNamed(world, id).id)
  }

  /** Somebody follows. */
  follow(phone: string, id: string): ChannelDescription {
    return this.changeFollower(id, { phone })
  }

  /** Somebody follows no more. */
  unfollow(phone: string, id: string): ChannelDescription {
    return this.changeFollower(id, { phone, action: 'unfollow' })
  }

  /** Somebody follows, follows no more, becomes an admin or ceases to be one. */
  changeFollower(id: string, input: FollowerInput): ChannelDescription {
    const channel = channelNamed(this.#context.world, id)
    const { phone, action } = parse(followerSchema, input)
    const account = this.#context.account(phone)
    if (account === channel.owner) throw new SimulatorError(422, `${phone} owns this channel`, 'phone')
    channel.admins.delete(account)
    if (action === 'promote') channel.admins.add(account)
    if (action === 'promote' || action === 'unfollow') channel.followers.delete(account)
    else if (!channel.followers.has(account)) channel.followers.set(account, { isMuted: true })
    return describeChannel(channel)
  }

  /** The owner or an admin writes a post on the phone, edits one or takes one back. */
  post(id: string, input: PostInput): { id: string; serverId: number } {
    const { world } = this.#context
    const channel = channelNamed(world, id)
    const { by: phone, asService: isAsService, ...draft } = parse(postSchema, input)
    const by = phone === undefined ? channel.owner : this.#context.account(phone, 'by')
    if (!channel.isRunBy(by)) throw new SimulatorError(422, `${phone} is no admin of ${id}`, 'by')
    const message = this.#compose(channel, by, draft)
    const { type } = outerAttributes(message)
    const post = { id: messageId(), by, type, message, isAsService }
    return { id: post.id, serverId: publish(world, channel, post).serverId }
  }

  #compose(
    channel: Channel,
    by: Account,
    draft: Omit<z.output<typeof postSchema>, 'by' | 'asService'>,
  ): proto.IMessage {
    const { text, media, edit, revoke } = draft
    if (text !== undefined) return { conversation: text }
    if (media) return composeMedia(this.#context.world, by, media, true)
    const { Type } = proto.Message.ProtocolMessage
    const keyOf = (post: ChannelPost) => ({ remoteJid: channel.id, fromMe: true, id: post.id })
    if (edit) {
      const key = keyOf(this.#post(channel, edit.message, 'edit.message'))
      const editedMessage = { conversation: edit.text }
      return { protocolMessage: { type: Type.MESSAGE_EDIT, key, editedMessage, timestampMs: Date.now() } }
    }
    const key = keyOf(this.#post(channel, revoke?.message ?? '', 'revoke.message'))
    return { protocolMessage: { type: Type.REVOKE, key } }
  }

  /** The posts, oldest first, with what became of them. */
  posts(id: string): PostDescription[] {
    return channelNamed(this.#context.world, id).posts.map(describePost)
  }

  /** Somebody reacts to a post, given by its id or its number; an empty emoji takes the reaction back. */
  react(phone: string, id: string, post: string, emoji: string): PostDescription {
    const channel = channelNamed(this.#context.world, id)
    const target = this.#post(channel, post)
    reactToPost(channel, target, this.#context.account(phone), emoji)
    return describePost(target)
  }

  /** Somebody sees a post. */
  view(phone: string, id: string, post: string): PostDescription {
    const channel = channelNamed(this.#context.world, id)
    const target = this.#post(channel, post)
    viewPost(channel, target, this.#context.account(phone))
    return describePost(target)
  }

  /** The file of a post, checked. */
  mediaOf(id: string, post: string): Buffer {
    const { message } = this.#post(channelNamed(this.#context.world, id), post)
    const part = message && mediaPartOf(message)?.part
    const file = mediaOf(this.#context.world).find(part?.directPath)
    if (!part || !file) throw new SimulatorError(404, `the post ${post} has no file`, 'post')
    if (!sha256(file.bytes).equals(part.fileSha256 ?? Buffer.alloc(0))) {
      throw new SimulatorError(422, 'the file has another checksum than the message says', 'post')
    }
    return file.bytes
  }

  #post(channel: Channel, id: string, field = 'post'): ChannelPost {
    const post = channel.post(id)
    if (!post) throw new SimulatorError(404, `${channel.id} has no post ${id}`, field)
    return post
  }
}

function describeChannel(channel: Channel): ChannelDescription {
  const { id, name, description, owner, inviteCode, isVerified, followerCount } = channel
  return {
    id,
    name,
    description,
    owner: owner.phone,
    admins: [...channel.admins].map(({ phone }) => phone),
    followers: [...channel.followers.keys()].map(({ phone }) => phone),
    followerCount,
    inviteCode,
    hasPicture: channel.picture !== undefined,
    verified: isVerified,
    posts: channel.posts.length,
  }
}

function describePost(post: ChannelPost): PostDescription {
  const { id, serverId, by, message, isEdited, viewers } = post
  const { kind, text } = message ? describeContent(message) : { kind: 'revoke', text: undefined }
  return {
    id,
    serverId,
    by: by.phone,
    kind,
    ...(text !== undefined && { text }),
    isEdited,
    isRevoked: !message,
    views: viewers.size,
    reactions: Object.fromEntries(countReactions(post)),
  }
}
