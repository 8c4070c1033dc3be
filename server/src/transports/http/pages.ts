import type { FastifyInstance, FastifyRequest } from 'fastify'
import { pagePolicy } from './security-headers.ts'

/** A page or file of our own that is served as it is, for example the set-up page. */
export interface Page {
  /** From the host root, for example `/setup`. */
  path: string
  contentType: string
  body: string | Uint8Array
  /** Instead of the usual policy, which forbids inline scripts and styles. */
  contentSecurityPolicy?: string
  /** Default `no-store`. */
  cacheControl?: string
}

/**
 * Keeps pages of others from holding on to the window of ours. Browsers know it on https and on the machine itself, and
 * fill the console with complaints elsewhere.
 */
export function openerPolicy({ protocol, hostname }: FastifyRequest): Record<string, string> {
  const isTrusted = protocol === 'https' || /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname)
  return isTrusted ? { 'cross-origin-opener-policy': 'same-origin' } : {}
}

/** Serves pages under a policy that allows only what this server gives out. */
export function addPages(http: FastifyInstance, pages: readonly Page[]): void {
  for (const page of pages) {
    const headers = {
      'content-type': page.contentType,
      'content-security-policy': page.contentSecurityPolicy ?? pagePolicy,
      'cache-control': page.cacheControl ?? 'no-store',
    }
    http.get(page.path, async (request, reply) =>
      reply.headers({ ...headers, ...openerPolicy(request) }).send(page.body),
    )
  }
}
