import { z } from 'zod'
import { defineError } from '../../../platform/errors.ts'
import { definePublicEvent, exampleValues } from '../../../public-event.ts'
import { passwordField } from './users.schema.ts'

export const ownerOnly = defineError(
  'owner_only',
  403,
  'Only an owner may give or take the role of an owner, or change one',
)
export const lastOwner = defineError(
  'last_owner',
  409,
  'A tenant needs an owner who can sign in: make somebody else an owner first',
)
export const ownAccount = defineError(
  'own_account',
  409,
  'Nobody takes themselves out: ask another owner or admin',
)
export const userInactive = defineError(
  'user_inactive',
  409,
  'This person is deactivated: activate them first',
)

/** What somebody may be made of by colleagues. */
export const tenantRoles = ['owner', 'admin', 'member'] as const
/** One of them. */
export type TenantRole = (typeof tenantRoles)[number]

/** A role to give. */
export const roleInput = z.enum(tenantRoles).meta({ examples: ['member'] })

/** What colleagues change of a person. */
export const changePersonBody = z
  .object({
    role: roleInput.optional(),
    is_active: z
      .boolean()
      .optional()
      .meta({ description: 'False ends all logins at once, and keys rest until it is true again' }),
  })
  .refine((body) => body.role !== undefined || body.is_active !== undefined, {
    message: 'is required, or is_active',
    path: ['role'],
  })
  .meta({ examples: [{ role: 'member', is_active: true }] })
  .transform((body) => ({ role: body.role, isActive: body.is_active }))

/** A change of a person. */
export type ChangePerson = z.output<typeof changePersonBody>

/** Proof that it is the owner who hands the tenant on, and nobody at a screen left open. */
export const transferBody = z
  .object({ current_password: passwordField })
  .transform((body) => ({ currentPassword: body.current_password }))

/** A person came, went, or may do something else: whoever shows people reads them again. */
export const userChanged = definePublicEvent({
  name: 'user.changed',
  scope: 'sessions:read',
  description: 'A person of the tenant came, went, or has another name or role.',
  data: z.object({ user_id: z.string() }),
  toWire: (changed: { tenantId: string; userId: string }) => ({ user_id: changed.userId }),
  example: { tenantId: exampleValues.id, userId: exampleValues.id },
  subscribers: {},
})
