import { z } from 'zod'
import type { SameFields } from '../answer-fields.ts'
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

/** A new community. */
export const newCommunityAnswer = z.object({ id: z.string(), announcements: z.string() })

/** An invitation link's code. */
export const inviteAnswer = z.object({ code: z.string() })

/** What came of joining. */
export const joinAnswer = z.object({ id: z.string(), status: z.enum(['joined', 'requested']) })

/** Fails to compile when a field of what is answered is missing above. */
const complete: [SameFields<GroupDescription, z.output<typeof groupAnswer>>] = [true]
void complete
