/** For answers that are data: nothing may be loaded, framed or sniffed. */
export const dataPolicy = "default-src 'none'; frame-ancestors 'none'"

/** For our own pages: everything from this server, no inline scripts, no frames. */
export const pagePolicy = [
  "default-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
  "img-src 'self' data:",
  "object-src 'none'",
].join('; ')

/** The reference page: as ours, plus the styles that Scalar writes into the page itself. */
export function referencePolicy(scriptHashes: readonly string[]): string {
  const scripts = ["'self'", ...scriptHashes.map((hash) => `'sha256-${hash}'`)].join(' ')
  return `${pagePolicy}; script-src ${scripts}; style-src 'self' 'unsafe-inline'; font-src 'self' data:`
}

/**
 * What helmet would set, written down once: its Fastify plugin reads its configuration and runs a dozen functions on
 * every request, a fixed table costs nothing.
 */
export function securityHeaders(isHttps: boolean): Record<string, string> {
  return {
    'content-security-policy': dataPolicy,
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'x-permitted-cross-domain-policies': 'none',
    'x-xss-protection': '0',
    ...(isHttps ? { 'strict-transport-security': 'max-age=31536000; includeSubDomains' } : {}),
  }
}
