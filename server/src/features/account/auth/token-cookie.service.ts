import type { Context } from '../../../context.ts'
import { Answer, type RequestHints } from '../../../operation.ts'
import { clearRefreshCookie, writeRefreshCookie } from '../../../platform/refresh-cookie.ts'
import { refreshTokenMs } from './logins.service.ts'

const isHttps = (ctx: Context): boolean => ctx.config.publicUrl.startsWith('https:')

/** An answer with tokens; where a cookie was asked for, the refresh token is in it and not in the body. */
export function answerTokens(
  ctx: Context,
  status: 200 | 201,
  tokens: { refresh_token: string },
  hints: RequestHints,
): Answer {
  if (hints.refreshCookie === undefined) return new Answer(status, tokens)
  const cookie = writeRefreshCookie(tokens.refresh_token, {
    isHttps: isHttps(ctx),
    maxAgeSeconds: refreshTokenMs / 1000,
  })
  return new Answer(status, { ...tokens, refresh_token: '' }, { 'set-cookie': cookie })
}

/** The end of a login; where a cookie held it, the cookie goes, too. */
export function answerSignedOut(ctx: Context, hints: RequestHints): Answer {
  const headers = hints.refreshCookie === undefined ? {} : { 'set-cookie': clearRefreshCookie(isHttps(ctx)) }
  return new Answer(200, { status: 'ok' }, headers)
}
