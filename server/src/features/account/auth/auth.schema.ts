import { z } from 'zod'
import { type AppError, defineError, validationFailed } from '../../../platform/errors.ts'
import { tenantNameField } from '../tenants/tenants.schema.ts'
import {
  emailField,
  fullNameField,
  newPasswordField,
  passwordField,
  userSchema,
} from '../users/users.schema.ts'

export const wrongCredentials = defineError('wrong_credentials', 401, 'Wrong e-mail address or password')
export const invalidAccessToken = defineError('invalid_access_token', 401, 'The access token is not valid')
export const accessTokenExpired = defineError('access_token_expired', 401, 'The access token has expired')
export const invalidRefreshToken = defineError('invalid_refresh_token', 401, 'The refresh token is not valid')
export const signUpClosed = defineError('sign_up_closed', 403, 'Sign-up is closed on this installation')

export const signUpBody = z
  .object({
    email: emailField,
    password: newPasswordField,
    full_name: fullNameField,
    tenant_name: tenantNameField,
  })
  .transform((body) => ({
    email: body.email,
    password: body.password,
    fullName: body.full_name,
    tenantName: body.tenant_name,
  }))

export const loginBody = z.object({ email: emailField, password: passwordField })

const refreshTokenField = z
  .string()
  .min(1)
  .max(500)
  .meta({ examples: ['rt_example'] })

export const refreshBody = z
  .object({
    refresh_token: refreshTokenField
      .optional()
      .meta({ description: 'Required, unless `X-Refresh-Cookie` says that it is in the cookie' }),
  })
  .transform((body) => ({ refreshToken: body.refresh_token }))

/** The refusal of a request that brings no refresh token and does not point at a cookie either. */
export function missingRefreshToken(): AppError {
  const message = 'is required'
  return validationFailed.create({
    message: `refresh_token: ${message}`,
    details: { errors: [{ field: 'refresh_token', message }] },
  })
}

export const logoutBody = z
  .object({ refresh_token: refreshTokenField.optional() })
  .transform((body) => ({ refreshToken: body.refresh_token }))

/** A pair of tokens. */
export const tokensSchema = z.object({
  access_token: z.string(),
  refresh_token: z.string(),
  token_type: z.literal('bearer'),
})

/** The answer of everything that signs somebody in. */
export const signedInSchema = tokensSchema.extend({ user: userSchema })

export const okSchema = z.object({ status: z.literal('ok') })
