import { z } from 'zod'
import { defineError } from '../../../platform/errors.ts'
import { pageAnswer, pageQuery, timestampOutput } from '../../../wire.ts'
import { roleInput, tenantRoles } from '../users/people.schema.ts'
import { emailField, fullNameField, newPasswordField } from '../users/users.schema.ts'

export const invitationInvalid = defineError(
  'invitation_invalid',
  403,
  'This invitation is used, withdrawn or expired: ask whoever invited you for a new link',
)

/** Whom to invite as what. */
export const inviteBody = z
  .object({
    email: emailField.meta({ examples: ['grace@example.com'] }),
    role: roleInput.default('member'),
    expires_in_days: z
      .int()
      .min(1)
      .max(30)
      .default(7)
      .meta({ examples: [7] }),
  })
  .transform((body) => ({ email: body.email, role: body.role, expiresInDays: body.expires_in_days }))

/** An invitation to write. */
export type Invite = z.output<typeof inviteBody>

/** Which page. */
export const invitationsQuery = z.object(pageQuery())

/** An invitation as the tenant sees it. */
export const invitationSchema = z
  .object({
    id: z.uuid(),
    email: z.string(),
    role: z.enum(tenantRoles),
    status: z.enum(['pending', 'expired']),
    invited_by: z.string().meta({ description: 'A user' }),
    expires_at: timestampOutput,
    created_at: timestampOutput,
  })
  .meta({ id: 'Invitation', description: 'A link that lets one person join the tenant' })

/** A new invitation with its link, which is shown here and never again. */
export const invitedSchema = invitationSchema
  .extend({
    link: z.string().meta({
      description: 'To hand to the person; the token stands behind `#`, which browsers never send',
      examples: ['https://moltflow.example.com/invitation#token=token-from-the-invitation'],
    }),
  })
  .meta({ id: 'InvitationWithLink' })

/** One page of invitations that were not accepted. */
export const invitationsAnswer = z.object({ invitations: z.array(invitationSchema), ...pageAnswer })

const token = z
  .string()
  .min(1)
  .max(200)
  .meta({ examples: ['token-from-the-invitation'] })

/** The token of a link. */
export const openBody = z.object({ token })

/** What whoever opens a link is told: where it leads, and nothing about accounts. */
export const openedAnswer = z.object({
  email: z.string(),
  role: z.enum(tenantRoles),
  tenant_name: z.string(),
  expires_at: timestampOutput,
})

/** What somebody joins with. */
export const acceptBody = z
  .object({ token, full_name: fullNameField, password: newPasswordField })
  .transform((body) => ({ token: body.token, fullName: body.full_name, password: body.password }))

/** An acceptance. */
export type Accept = z.output<typeof acceptBody>
