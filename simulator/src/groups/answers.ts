import { z } from 'zod'
import { businessProfileSchema } from '../business/inputs.ts'
import type { ChannelDescription, PostDescription } from '../channels/facade.ts'
import type { GroupDescription } from './description.ts'

/** A group as the control API describes it. */
export const groupAnswer = z.object({
  id: z.string(),
  subject: z.string(),
  owner: z.string(),
  members: z.array(z.object({ phone: z.string(), role: z.enum(['member', 'admin', 'superadmin']) })),
  addressing: z.string(),
  description: z.string().optional(),
  isAnnouncement: z.boolean(),
  isLocked: z.boolean(),
  membersAddedBy: z.enum(['admins', 'everyone']),
  hasJoinApproval: z.boolean(),
  ephemeralSeconds: z.number().nullable(),
  inviteCode: z.string(),
  requests: z.array(z.object({ phone: z.string(), method: z.string() })),
  communityRole: z.string().optional(),
  community: z.string().optional(),
  groups: z.array(z.string()).optional(),
})

/** A channel as the control API describes it. */
export const channelAnswer = z.object({
  id: z.string(),
  name: z.string(),
  description: z.string(),
  owner: z.string(),
  admins: z.array(z.string()),
  followers: z.array(z.string()),
  followerCount: z.number(),
  inviteCode: z.string(),
  verified: z.boolean(),
  posts: z.number(),
})

/** A post as the control API describes it. */
export const postAnswer = z.object({
  id: z.string(),
  serverId: z.number(),
  by: z.string(),
  kind: z.string(),
  text: z.string().optional(),
  isEdited: z.boolean(),
  isRevoked: z.boolean(),
  views: z.number(),
  reactions: z.record(z.string(), z.number()),
})

export const newChannelAnswer = z.object({ id: z.string(), inviteCode: z.string() })
export const newPostAnswer = z.object({ id: z.string(), serverId: z.number() })
export const newCommunityAnswer = z.object({ id: z.string(), announcements: z.string() })
export const inviteAnswer = z.object({ code: z.string() })
export const joinAnswer = z.object({ id: z.string(), status: z.enum(['joined', 'requested']) })
export const businessAnswer = businessProfileSchema

/** Fails to compile when a field of what is answered is missing above. */
type Same<A, B> = keyof A extends keyof B ? (keyof B extends keyof A ? true : never) : never
const complete: [
  Same<GroupDescription, z.output<typeof groupAnswer>>,
  Same<ChannelDescription, z.output<typeof channelAnswer>>,
  Same<PostDescription, z.output<typeof postAnswer>>,
] = [true, true, true]
void complete
