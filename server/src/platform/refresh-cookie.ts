/** The cookie that holds a browser's refresh token. */
export const refreshCookieName = 'moltflow_refresh'

/** Only what prolongs and ends logins ever sees it. */
const path = '/api/v2/auth'

/** A `Set-Cookie` value that no script can read and no other site can cause to be sent. */
export function writeRefreshCookie(
  token: string,
  options: { isHttps: boolean; maxAgeSeconds: number },
): string {
  const attributes = [`Path=${path}`, `Max-Age=${options.maxAgeSeconds}`, 'HttpOnly', 'SameSite=Strict']
  return [`${refreshCookieName}=${token}`, ...attributes, ...(options.isHttps ? ['Secure'] : [])].join('; ')
}

/** A `Set-Cookie` value that takes the cookie away. */
export function clearRefreshCookie(isHttps: boolean): string {
  return writeRefreshCookie('', { isHttps, maxAgeSeconds: 0 })
}

/** The value of a cookie in a `Cookie` header. */
export function readCookie(header: string | undefined, name: string): string | undefined {
  for (const part of (header ?? '').split(';')) {
    const [key, value] = part.split('=')
    if (key?.trim() === name && value !== undefined && value.trim() !== '') return value.trim()
  }
  return undefined
}
