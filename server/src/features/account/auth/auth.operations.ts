import type { Context } from '../../../context.ts'
import { defineOperation, type RequestHints } from '../../../operation.ts'
import { accountSuspended, emailTaken, tooManyAttempts } from '../users/users.schema.ts'
import {
  invalidRefreshToken,
  loginBody,
  logoutBody,
  missingRefreshToken,
  okSchema,
  refreshBody,
  signedInSchema,
  signUpBody,
  signUpClosed,
  tokensSchema,
  wrongCredentials,
} from './auth.schema.ts'
import { refreshLogin, type SignInOrigin, signIn, signOut } from './logins.service.ts'
import { signUp } from './sign-up.service.ts'
import { answerSignedOut, answerTokens } from './token-cookie.service.ts'

/** Where a request comes from, as sign-ins remember it. */
function originOf(ctx: Context, hints: RequestHints): SignInOrigin {
  return { ip: 'ip' in ctx.caller ? ctx.caller.ip : '', userAgent: hints.userAgent }
}

const register = defineOperation({
  id: 'auth.signup',
  method: 'POST',
  path: '/auth/signup',
  summary: 'Create a tenant with its owner, where sign-up is open',
  access: 'public',
  body: signUpBody,
  success: { status: 201, schema: signedInSchema },
  errors: [signUpClosed, emailTaken],
  takesRefreshCookie: true,
  run: async (ctx, input) => answerTokens(ctx, 201, await signUp(ctx, input, originOf(ctx, input)), input),
})

const login = defineOperation({
  id: 'auth.login',
  method: 'POST',
  path: '/auth/login',
  summary: 'Sign in with e-mail address and password',
  access: 'public',
  body: loginBody,
  success: { status: 200, schema: signedInSchema },
  errors: [wrongCredentials, accountSuspended, tooManyAttempts],
  takesRefreshCookie: true,
  async run(ctx, input) {
    const tokens = await signIn(ctx, input.email, input.password, originOf(ctx, input))
    return answerTokens(ctx, 200, tokens, input)
  },
})

const refresh = defineOperation({
  id: 'auth.refresh',
  method: 'POST',
  path: '/auth/refresh',
  summary: 'Exchange a refresh token for new tokens; each works once, a second use ends the login',
  access: 'public',
  body: refreshBody,
  success: { status: 200, schema: tokensSchema },
  errors: [invalidRefreshToken, accountSuspended],
  countsRefusals: true,
  takesRefreshCookie: true,
  async run(ctx, input) {
    const { refreshToken, refreshCookie } = input
    if (refreshToken !== undefined)
      return answerTokens(ctx, 200, await refreshLogin(ctx, refreshToken), input)
    if (refreshCookie === undefined) throw missingRefreshToken()
    if (refreshCookie.token === undefined) throw invalidRefreshToken.create()
    return answerTokens(ctx, 200, await refreshLogin(ctx, refreshCookie.token, true), input)
  },
})

const logout = defineOperation({
  id: 'auth.logout',
  method: 'POST',
  path: '/auth/logout',
  summary: 'End the own login, or the one of the given refresh token',
  access: 'any',
  keys: 'refused',
  body: logoutBody,
  success: { status: 200, schema: okSchema },
  takesRefreshCookie: true,
  async run(ctx, input) {
    await signOut(ctx, input.refreshToken)
    return answerSignedOut(ctx, input)
  },
})

export const authOperations = [register, login, refresh, logout]
