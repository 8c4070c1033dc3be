import { z } from 'zod'
import { defineError } from '../../../platform/errors.ts'
import { tenantNameField } from '../tenants/tenants.schema.ts'
import { emailField, fullNameField, newPasswordField } from '../users/users.schema.ts'

export const setupLinkInvalid = defineError(
  'setup_link_invalid',
  403,
  'This set-up link is not valid any more: restart the server and use the link it prints',
)
export const setupDone = defineError('setup_done', 409, 'Set-up is done already: sign in instead')

export const recoveryLinkInvalid = defineError(
  'recovery_link_invalid',
  403,
  'This recovery link is not valid any more: "npm run admin -- recover" prints a new one',
)

/** Whether there is a person who can sign in. */
export const setupState = z.object({ is_done: z.boolean() })

/** A new password for whoever lost it. */
export const recoverBody = z.object({
  token: z
    .string()
    .min(1)
    .max(200)
    .meta({ examples: ['token-from-the-recovery-link'] }),
  password: newPasswordField,
})

/** The first owner with the first tenant. */
export const setupBody = z
  .object({
    token: z
      .string()
      .min(1)
      .max(200)
      .meta({ examples: ['token-from-the-set-up-link'] }),
    email: emailField,
    password: newPasswordField,
    full_name: fullNameField,
    tenant_name: tenantNameField,
    chat_history_access_enabled: z.boolean().default(false).meta({
      description: 'Lets API keys and tool clients read chats',
    }),
  })
  .transform((body) => ({
    token: body.token,
    email: body.email,
    password: body.password,
    fullName: body.full_name,
    tenantName: body.tenant_name,
    isChatHistoryOpen: body.chat_history_access_enabled,
  }))

/** The first owner with the first tenant. */
export type Setup = z.output<typeof setupBody>
