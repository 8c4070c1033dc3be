import { z } from 'zod'
import { chatKind, parseChatId } from '../../../engine/ids.ts'
import { definePublicEvent, exampleValues } from '../../../public-event.ts'
import { timestampOutput, uuidField } from '../../../wire.ts'

/** What happens to groups; `gone`: the account is no longer a member. */
const groupChanges = [
  'add',
  'remove',
  'promote',
  'demote',
  'leave',
  'subject',
  'description',
  'gone',
] as const
/** What happened to a group. */
export type GroupChange = (typeof groupChanges)[number]

/** A change of a group, as one session received it. */
export interface GroupUpdated {
  tenantId: string
  sessionId: string
  waGroupId: string
  change: GroupChange
  name: string | null
  description: string | null
  /** Whom it is about; empty for subject and description. */
  participants: readonly { phone: string | null; chatId: string }[]
  /** `+E.164` of who did it, where known. */
  actorPhone: string | null
}

/** Once per change, in the transaction that keeps it; never for what is merely learned of an unknown group. */
export const groupUpdated = definePublicEvent({
  name: 'group.updated',
  scope: 'groups:read',
  description:
    'Somebody joined a group, left it or became admin, or it has a new subject or description: `change` says which.',
  data: z
    .object({
      session_id: z.string(),
      wa_group_id: z.string(),
      change: z.enum(groupChanges),
      name: z.string().nullable(),
      description: z.string().nullable(),
      participants: z.array(z.object({ phone: z.string().nullable(), wa_chat_id: z.string() })),
      actor_phone: z.string().nullable().meta({ description: 'Who did it, where known' }),
    })
    .meta({ id: 'GroupUpdatedData' }),
  toWire: (group: GroupUpdated) => ({
    session_id: group.sessionId,
    wa_group_id: group.waGroupId,
    change: group.change,
    name: group.name,
    description: group.description,
    participants: group.participants.map(({ phone, chatId }) => ({ phone, wa_chat_id: chatId })),
    actor_phone: group.actorPhone,
  }),
  example: {
    tenantId: exampleValues.id,
    sessionId: exampleValues.id,
    waGroupId: exampleValues.waGroupId,
    change: 'add',
    name: 'Neighbourhood',
    description: null,
    participants: [{ phone: exampleValues.phone, chatId: exampleValues.chatId }],
    actorPhone: null,
  },
  subscribers: { webhooks: true },
})

const groupExample = '120363012345678901@g.us'

const groupId = z.string().transform((text, context) => {
  const chatId = parseChatId(text)
  if (chatId !== undefined && chatKind(chatId) === 'group') return chatId
  context.addIssue({ code: 'custom', message: 'must be the WhatsApp id of a group' })
  return z.NEVER
})

/** Path of a WhatsApp group. */
export const waGroupParams = z.object({ wa_group_id: groupId.meta({ examples: [groupExample] }) })

const participant = z
  .string()
  .max(80)
  .transform((text, context) => {
    const chatId = parseChatId(text)
    if (chatId !== undefined && chatKind(chatId) === 'person') return chatId
    context.addIssue({ code: 'custom', message: 'must be a phone number or a WhatsApp id of a person' })
    return z.NEVER
  })

const participants = (max: number) =>
  z
    .array(participant)
    .min(1)
    .max(max)
    .transform((ids) => [...new Set(ids)])
    .meta({ examples: [['+15550100103']] })

const sessionId = uuidField.optional().meta({
  description: 'May be left out when exactly one session of the tenant is in the group',
  examples: ['0190a1b2-0000-7000-8000-00000000beef'],
})

/** Which session asks. */
export const groupQuery = z.object({ session_id: sessionId })
/** Which session acts. */
export const groupBody = z.object({ session_id: sessionId })

const subject = z.string().trim().min(1).max(100)

/** A new group. */
export const createGroupBody = z.object({
  session_id: uuidField,
  name: subject.meta({ examples: ['Neighbourhood'] }),
  participants: participants(256),
})

/** Whom to add, remove, promote or demote. */
export const participantsBody = z.object({ session_id: sessionId, participants: participants(50) })

/** Seconds after which WhatsApp lets messages disappear: never, a day, a week, 90 days. */
const ephemeralSeconds = [0, 86_400, 604_800, 7_776_000] as const

/** Settings of a group to change. */
export const groupSettingsBody = z
  .object({
    session_id: sessionId,
    subject: subject.optional().meta({ examples: ['Neighbourhood'] }),
    description: z.string().max(2048).nullable().optional().meta({ description: 'Null removes it' }),
    announce: z.boolean().optional().meta({ description: 'Only admins write' }),
    locked: z.boolean().optional().meta({ description: 'Only admins change subject and description' }),
    join_approval: z.boolean().optional().meta({ description: 'Admins approve who joins' }),
    member_add_mode: z.enum(['admins', 'everyone']).optional(),
    ephemeral_seconds: z.literal(ephemeralSeconds).nullable().optional().meta({
      description: '86400, 604800 or 7776000; 0 or null for never',
    }),
  })
  .refine(({ session_id: _, ...settings }) => Object.values(settings).some((value) => value !== undefined), {
    message: 'at least one setting to change is needed',
  })

/** A change of settings. */
export type GroupSettingsInput = z.output<typeof groupSettingsBody>

const inviteCode = z
  .string()
  .trim()
  .max(200)
  .transform((text, context) => {
    const code = /^(?:https?:\/\/chat\.whatsapp\.com\/(?:invite\/)?)?([\w-]{10,40})\/?(?:\?.*)?$/.exec(
      text,
    )?.[1]
    if (code !== undefined) return code
    context.addIssue({ code: 'custom', message: 'must be an invitation link or its code' })
    return z.NEVER
  })
  .meta({ examples: ['https://chat.whatsapp.com/AbCdEfGhIjKlMnOpQrStUv'] })

/** An invitation to accept. */
export const joinBody = z.object({ session_id: uuidField, invite: inviteCode })
/** An invitation to look at. */
export const inviteQuery = z.object({ session_id: uuidField, invite: inviteCode })

/** Requests to join that an admin decides. */
export const joinRequestsBody = z.object({
  session_id: sessionId,
  decision: z.enum(['approve', 'reject']),
  participants: participants(50),
})

const invitation = z
  .object({ code: z.string(), url: z.string(), expires_at: timestampOutput.nullable() })
  .nullable()
  .meta({ description: 'For somebody who lets nobody add them: send this to them like any message' })

/** A group that was made. */
export const createdGroup = z.object({
  wa_group_id: z.string(),
  name: z.string(),
  session_id: z.string(),
  participants: z.array(
    z.object({
      phone: z.string().nullable(),
      status: z.enum(['added', 'invited', 'failed']),
      error: z.string().nullable(),
      invitation,
    }),
  ),
  created_at: timestampOutput,
})

const results = z.array(
  z.object({
    phone: z.string().nullable(),
    success: z.boolean(),
    error: z.string().nullable().meta({ description: 'For example not_on_whatsapp, not_allowed, invited' }),
    invitation,
  }),
)

/** What became of each person. */
export const participantsAnswer = z.object({ wa_group_id: z.string(), results })

/** A WhatsApp group with its members. */
export const waGroupObject = z
  .object({
    wa_group_id: z.string(),
    session_id: z.string(),
    name: z.string(),
    description: z.string().nullable(),
    owner_phone: z.string().nullable(),
    member_count: z.int(),
    is_admin: z.boolean().meta({ description: 'Whether the session may administer it' }),
    announce: z.boolean(),
    locked: z.boolean(),
    join_approval: z.boolean(),
    member_add_mode: z.enum(['admins', 'everyone']),
    ephemeral_seconds: z.int().nullable(),
    is_community: z.boolean(),
    wa_community_id: z.string().nullable(),
    created_at: timestampOutput.nullable(),
    participants: z.array(
      z.object({
        phone: z.string().nullable().meta({ description: 'Null while WhatsApp hides the number' }),
        wa_chat_id: z.string(),
        role: z.enum(['member', 'admin', 'owner']),
      }),
    ),
  })
  .meta({ id: 'WhatsAppGroup', description: 'A group as WhatsApp describes it' })

/** The way into a group. */
export const inviteAnswer = z.object({ wa_group_id: z.string(), code: z.string(), url: z.string() })
/** What an invitation leads to. */
export const inviteInfoAnswer = z.object({
  wa_group_id: z.string(),
  name: z.string(),
  description: z.string().nullable(),
  member_count: z.int(),
})
/** Whether the session is in, or an admin has to approve first. */
export const joinAnswer = z.object({
  status: z.enum(['joined', 'requested']),
  wa_group_id: z.string().nullable(),
})
/** Who wants to join. */
export const joinRequestsAnswer = z.object({
  wa_group_id: z.string(),
  requests: z.array(
    z.object({
      phone: z.string().nullable(),
      wa_chat_id: z.string(),
      requested_at: timestampOutput.nullable(),
    }),
  ),
})
/** The session left. */
export const leftAnswer = z.object({ status: z.literal('left'), wa_group_id: z.string() })
