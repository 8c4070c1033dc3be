import { z } from 'zod'
import type { Role } from '../../../context.ts'
import { defineError } from '../../../platform/errors.ts'
import { defineEvent } from '../../../platform/events/events.ts'
import { allScopes, holdsScope, type Scope } from '../../../scopes.ts'
import { pageAnswer, pageQuery, timestampOutput } from '../../../wire.ts'

export const emailTaken = defineError('email_taken', 409, 'This e-mail address is already registered')
export const signInRequired = defineError(
  'sign_in_required',
  403,
  'Only a signed-in user may change address and password, never an API key',
)
export const wrongPassword = defineError('wrong_password', 400, 'The current password is wrong')
export const accountSuspended = defineError('account_suspended', 403, 'This account is suspended')
export const tooManyAttempts = defineError('too_many_attempts', 429, 'Too many attempts, try again later')

/** Published in the transaction that gives a user another password; logins other than `exceptLoginId` end. */
export const passwordChanged = defineEvent<{
  tenantId: string
  userId: string
  exceptLoginId: string | null
}>('user.password_changed')

/** Published in the transaction that takes somebody out of a tenant, for good or until somebody lets them in again. */
export const userEnded = defineEvent<{ tenantId: string; userId: string; isRemoved: boolean }>('user.ended')

const refusedToMembers: ReadonlySet<Scope> = new Set([
  '*',
  'settings:manage',
  'billing:manage',
  'account:manage',
  'gdpr:manage',
])

const everything: ReadonlySet<Scope> = new Set<Scope>(['*'])

/** What a role allows (contract section 5); only an owner holds `*`, so only an owner can hand it on. */
const scopesByRole: Record<Role, ReadonlySet<Scope>> = {
  owner: everything,
  superadmin: everything,
  admin: new Set(allScopes.filter((scope) => scope !== '*')),
  member: new Set(allScopes.filter((scope) => !refusedToMembers.has(scope))),
}

/** Every tenant scope a role allows. */
export function scopesOfRole(role: Role): ReadonlySet<Scope> {
  return scopesByRole[role]
}

/** What is left of asked-for scopes under a role: a credential never exceeds the user it acts for. */
export function scopesWithinRole(scopes: readonly Scope[], role: Role): ReadonlySet<Scope> {
  const allowed = scopesOfRole(role)
  if (scopes.includes('*')) return allowed
  return new Set(scopes.filter((scope) => holdsScope(allowed, scope)))
}

/** An e-mail address of an account. */
export const emailField = z
  .email()
  .max(254)
  .meta({ examples: ['owner@example.com'] })
/** A new password: long is what counts, so there are no rules about characters. */
export const newPasswordField = z
  .string()
  .min(8)
  .max(200)
  .meta({ examples: ['a long enough password'] })
/** A password as typed to sign in. */
export const passwordField = z
  .string()
  .min(1)
  .max(200)
  .meta({ examples: ['a long enough password'] })
/** A person's name. */
export const fullNameField = z
  .string()
  .trim()
  .min(1)
  .max(255)
  .meta({ examples: ['Ada Example'] })

const roleField = z.enum(['owner', 'admin', 'member', 'superadmin'])

/** A user as the API shows it. */
export const userSchema = z.object({
  id: z.uuid(),
  email: z.string(),
  full_name: z.string(),
  role: roleField,
  tenant_id: z.uuid(),
})

/** The caller's own user with its tenant. */
export const meSchema = userSchema.extend({
  tenant: z.object({
    id: z.uuid(),
    name: z.string(),
    plan: z.string(),
    time_zone: z.string().meta({ examples: ['Europe/Lisbon'] }),
    features: z.array(z.string()).meta({ description: 'What the plan includes' }),
  }),
  email_verified: z.boolean(),
  has_password: z.boolean(),
  created_at: timestampOutput,
  credential: z.enum(['user', 'key']).meta({ description: 'Whether a person is signed in, or a key asks' }),
  scopes: z.array(z.string()).meta({
    description: 'What this credential may do: scopes of the catalogue, `*` for all',
  }),
})

/** One person of the tenant as colleagues see them. */
export const colleague = userSchema
  .omit({ tenant_id: true })
  .extend({
    is_active: z.boolean().meta({ description: 'False: does not sign in, and keys rest' }),
    last_login_at: timestampOutput.nullable(),
    created_at: timestampOutput,
  })
  .meta({ id: 'User', description: 'A person of the tenant' })

/** One page of the tenant's people. */
export const usersAnswer = z.object({ users: z.array(colleague), ...pageAnswer })
/** Which of them. */
export const usersQuery = z.object(pageQuery())

/** What a user may change of the own account. */
export const updateMeBody = z
  .object({
    full_name: fullNameField.optional(),
    email: emailField.optional(),
    current_password: passwordField.optional(),
    new_password: newPasswordField.optional(),
  })
  .meta({
    description: 'Another address or password needs `current_password`, and a signed-in user: no API key',
  })
  .meta({ examples: [{ full_name: 'Ada Example' }] })
  .transform((body) => ({
    fullName: body.full_name,
    email: body.email,
    currentPassword: body.current_password,
    newPassword: body.new_password,
  }))

/** A change of the own account. */
export type UpdateMe = z.output<typeof updateMeBody>
