import type { ChatId } from './ids.ts'

/** A channel (newsletter) as WhatsApp describes it. */
export interface ChannelInfo {
  chatId: ChatId
  name: string
  description: string | null
  followerCount: number
  inviteCode: string | null
  role: 'owner' | 'admin' | 'follower' | 'guest'
  isVerified: boolean
  isMuted: boolean
  createdAt: Date | null
}

/** What can be posted to channels, and by which library; media needs one that uploads them unencrypted. */
export const channelCapabilities = {
  engine: 'baileys',
  /** As pinned in package.json. */
  version: '7.0.0-rc14',
  minVersionForMedia: '7.0.0-rc.1',
  text: true,
  image: true,
  video: true,
} as const

/** Channels of a session. Posts go through `engine.send` with the channel as chat. All throw AppErrors. */
export interface ChannelActions {
  /** `picture` is a square JPEG, base64. */
  create(
    sessionId: string,
    channel: { name: string; description?: string; picture?: string },
  ): Promise<ChannelInfo>
  /** By id, or by the code of an invitation link. */
  get(sessionId: string, channel: { chatId: ChatId } | { inviteCode: string }): Promise<ChannelInfo>
  /** Those the account owns, administers or follows; WhatsApp counts their followers only when asked for one (`get`). */
  list(sessionId: string): Promise<readonly ChannelInfo[]>
  update(
    sessionId: string,
    chatId: ChatId,
    changes: { name?: string; description?: string },
  ): Promise<ChannelInfo>
  follow(sessionId: string, chatId: ChatId): Promise<void>
  unfollow(sessionId: string, chatId: ChatId): Promise<void>
  mute(sessionId: string, chatId: ChatId, isMuted: boolean): Promise<void>
  delete(sessionId: string, chatId: ChatId): Promise<void>
}
