import type { Account } from '../accounts.ts'
import type { Channel } from './model.ts'

/** A picture, or none: clients read its fields without asking whether it is there. */
const pictureOf = ({ picture }: Channel, type: 'IMAGE' | 'PREVIEW') => ({
  id: picture?.id ?? '',
  type,
  direct_path: picture?.directPath ?? '',
})

/** A channel as GraphQL describes it. Source: `Types/Mex` of Baileys, `types/newsletter.go` of whatsmeow. */
export function channelMetadata(channel: Channel, viewer: Account | undefined): Record<string, unknown> {
  const { id, name, description, inviteCode, createdAt, isVerified } = channel
  return {
    id,
    state: { type: 'ACTIVE' },
    thread_metadata: {
      creation_time: createdAt,
      name: { id: channel.nameChangedAt, text: name, update_time: channel.nameChangedAt },
      description: {
        id: channel.descriptionChangedAt,
        text: description,
        update_time: channel.descriptionChangedAt,
      },
      handle: null,
      invite: inviteCode,
      picture: pictureOf(channel, 'IMAGE'),
      preview: pictureOf(channel, 'PREVIEW'),
      settings: { reaction_codes: { value: 'ALL' } },
      subscribers_count: String(channel.followerCount),
      verification: isVerified ? 'VERIFIED' : 'UNVERIFIED',
    },
    ...(viewer && {
      viewer_metadata: { mute: isMutedFor(channel, viewer) ? 'ON' : 'OFF', role: channel.roleOf(viewer) },
    }),
  }
}

function isMutedFor(channel: Channel, viewer: Account): boolean {
  return channel.followers.get(viewer)?.isMuted ?? (channel.owner === viewer && channel.isMutedByOwner)
}
