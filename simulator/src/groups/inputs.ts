import { z } from 'zod'
import { addressingSchema, phoneSchema } from '../fields.ts'
import { groupAddValues } from '../privacy.ts'

const subject = z.string().min(1).max(100)
const code = z.string().min(1).max(200)

const settings = {
  isAnnouncement: z.boolean().optional(),
  isLocked: z.boolean().optional(),
  ephemeralSeconds: z.number().int().min(0).max(31_536_000).nullable().optional(),
  membersAddedBy: z.enum(['admins', 'everyone']).optional(),
  hasJoinApproval: z.boolean().optional(),
}

/** `POST /groups` */
export const groupSchema = z.strictObject({
  subject,
  owner: phoneSchema,
  members: z.array(phoneSchema).max(1024),
  admins: z.array(phoneSchema).max(1024).optional(),
  addressing: addressingSchema.optional(),
  hidesNumbers: z.boolean().optional(),
  description: z.string().max(2048).optional(),
  ...settings,
})

/** `POST /groups/{id}/settings`; `by` is the member who changes them, the owner unless said. */
export const groupChangesSchema = z.strictObject({
  by: phoneSchema.optional(),
  subject: subject.optional(),
  description: z.string().max(2048).nullable().optional(),
  ...settings,
})

/** `POST /groups/{id}/members`; `by` is the member who changes them, the owner unless said. */
export const membersSchema = z.strictObject({
  members: z.array(phoneSchema).min(1).max(1024),
  action: z.enum(['add', 'remove', 'promote', 'demote']).optional(),
  by: phoneSchema.optional(),
})

/** `POST /groups/{id}/requests` */
export const decisionSchema = z.strictObject({
  phones: z.array(phoneSchema).min(1).max(1024),
  decision: z.enum(['approve', 'reject']),
  by: phoneSchema.optional(),
})

/** `POST /accounts/{phone}/groups/join`: the code of an invitation link, or of an invitation for this person. */
export const joinSchema = z.strictObject({ code })

/** `POST /accounts/{phone}/groups/request` and `/leave` */
export const groupIdSchema = z.strictObject({ group: z.string().min(1).max(100) })

/** `POST /accounts/{phone}/group-privacy`; `contacts` are the numbers in the address book from now on. */
export const groupPrivacySchema = z.strictObject({
  add: z.enum(groupAddValues),
  contacts: z.array(phoneSchema).max(10_000).optional(),
})

/** `POST /groups/{id}/invite` */
export const revokeInviteSchema = z.strictObject({ by: phoneSchema.optional() })

/** `POST /communities` */
export const communitySchema = z.strictObject({
  subject,
  owner: phoneSchema,
  description: z.string().max(2048).optional(),
  generalChat: z.boolean().optional(),
})

/** `POST /communities/{id}/groups` */
export const communityGroupSchema = z.strictObject({
  group: z.string().min(1).max(100),
  action: z.enum(['link', 'unlink']).optional(),
})

/** What callers hand in. */
export type GroupInput = z.input<typeof groupSchema>
export type GroupChangesInput = z.input<typeof groupChangesSchema>
export type MembersInput = z.input<typeof membersSchema>
export type DecisionInput = z.input<typeof decisionSchema>
export type GroupPrivacyInput = z.input<typeof groupPrivacySchema>
export type CommunityInput = z.input<typeof communitySchema>
export type CommunityGroupInput = z.input<typeof communityGroupSchema>
