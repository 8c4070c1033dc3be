import { createHash, hkdfSync } from 'node:crypto'
import { errors, jwtVerify, SignJWT } from 'jose'
import type { Context, Role } from '../../../context.ts'
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

interface SigningKey {
  /** Names the key in a token's header without telling anything of it. */
  id: string
  bytes: Uint8Array
}

const keyRings = new Map<string, readonly SigningKey[]>()

/**
 * Derived from the installation keys, which every process has: nobody but this service reads these tokens. The
 * newest signs; older ones still read, so that rotating the installation key signs nobody out.
 */
function signingKeys(ctx: Context): readonly SigningKey[] {
  const { secretKey } = ctx.config
  let ring = keyRings.get(secretKey)
  if (ring === undefined) {
    ring = secretKey.split(',').map((text) => {
      const installationKey = Buffer.from(text.trim(), 'base64')
      const bytes = new Uint8Array(hkdfSync('sha256', installationKey, '', 'moltflow access tokens v1', 32))
      return { id: createHash('sha256').update(bytes).digest('hex').slice(0, 8), bytes }
    })
    keyRings.set(secretKey, ring)
  }
  return ring
}

/** A signed access token. */
export function signAccessToken(ctx: Context, claims: AccessClaims): Promise<string> {
  const [newest] = signingKeys(ctx)
  if (newest === undefined) throw new Error('there is no installation key')
  const nowSeconds = Math.floor(ctx.clock.nowMs() / 1000)
  return new SignJWT({ tenant: claims.tenantId, role: claims.role, login: claims.loginId })
    .setProtectedHeader({ alg: 'HS256', typ: 'at+jwt', kid: newest.id })
    .setSubject(claims.userId)
    .setIssuer(issuer)
    .setAudience(issuer)
    .setJti(ctx.ids.token(9))
    .setIssuedAt(nowSeconds)
    .setExpirationTime(nowSeconds + accessTokenSeconds)
    .sign(newest.bytes)
}

/** The login a genuine and fresh access token belongs to; refuses any other with 401. */
export async function readAccessToken(
  ctx: Context,
  token: string,
): Promise<{ userId: string; loginId: string }> {
  try {
    const keyOf = ({ kid }: { kid?: string }): Uint8Array => {
      const key = signingKeys(ctx).find(({ id }) => id === kid)
      if (key === undefined) throw invalidAccessToken.create()
      return key.bytes
    }
    const { payload } = await jwtVerify(token, keyOf, {
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
