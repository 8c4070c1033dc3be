import { z } from 'zod'
import type { SameFields } from '../answer-fields.ts'
import type { ChannelDescription, PostDescription } from './facade.ts'

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
  hasPicture: z.boolean(),
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

/** A new channel. */
export const newChannelAnswer = z.object({ id: z.string(), inviteCode: z.string() })

/** A new post. */
export const newPostAnswer = z.object({ id: z.string(), serverId: z.number() })

/** Fails to compile when a field of what is answered is missing above. */
const complete: [
  SameFields<ChannelDescription, z.output<typeof channelAnswer>>,
  SameFields<PostDescription, z.output<typeof postAnswer>>,
] = [true, true]
void complete
