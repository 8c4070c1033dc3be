import { hkdfSync } from 'node:crypto'
import { errors, jwtVerify, SignJWT } from 'jose'
import type { Context, Role } from '../../context.ts'
import { accessTokenExpired, invalidAccessToken } from './auth.schema.ts'

/** How long an access token lives. */
export const accessTokenSeconds = 30 * 60

/** What an access token says; what the user may do is looked up, so that a changed role counts at once. */
export interface AccessClaims {
  userId: string
  tenantId: string
  role: Role
  loginId: string
}

const issuer = 'moltflow'
const keys = new WeakMap<object, Uint8Array>()

/** Derived from the installation key, which every process has: nobody but this service reads these tokens. */
function signingKey(ctx: Context): Uint8Array {
  let key = keys.get(ctx.config)
  if (key === undefined) {
    key = new Uint8Array(hkdfSync('sha256', ctx.config.secretKey, '', 'moltflow access tokens v1', 32))
    keys.set(ctx.config, key)
  }
  return key
}

/** A signed access token. */
export function signAccessToken(ctx: Context, claims: AccessClaims): Promise<string> {
  const nowSeconds = Math.floor(ctx.clock.nowMs() / 1000)
  return new SignJWT({ tenant: claims.tenantId, role: claims.role, login: claims.loginId })
    .setProtectedHeader({ alg: 'HS256', typ: 'at+jwt' })
    .setSubject(claims.userId)
    .setIssuer(issuer)
    .setAudience(issuer)
    .setJti(ctx.ids.token(9))
    .setIssuedAt(nowSeconds)
    .setExpirationTime(nowSeconds + accessTokenSeconds)
    .sign(signingKey(ctx))
}

/** The login a genuine and fresh access token belongs to; refuses any other with 401. */
export async function readAccessToken(ctx: Context, token: string): Promise<{ userId: string; loginId: string }> {
  try {
    const { payload } = await jwtVerify(token, signingKey(ctx), {
      algorithms: ['HS256'],
      typ: 'at+jwt',
      issuer,
      audience: issuer,
      requiredClaims: ['sub', 'login', 'exp'],
      currentDate: ctx.clock.now(),
    })
    if (payload.sub === undefined || typeof payload.login !== 'string') throw invalidAccessToken.create()
    return { userId: payload.sub, loginId: payload.login }
  } catch (cause) {
    if (cause instanceof errors.JWTExpired) throw accessTokenExpired.create({ cause })
    throw invalidAccessToken.create({ cause })
  }
}
