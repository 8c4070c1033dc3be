import type { FastifyInstance } from 'fastify'
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

/** Serves pages under a policy that allows only what this server gives out. */
export function addPages(http: FastifyInstance, pages: readonly Page[]): void {
  for (const page of pages) {
    const headers = {
      'content-type': page.contentType,
      'content-security-policy': page.contentSecurityPolicy ?? pagePolicy,
      'cross-origin-opener-policy': 'same-origin',
      'cache-control': page.cacheControl ?? 'no-store',
    }
    http.get(page.path, async (_request, reply) => reply.headers(headers).send(page.body))
  }
}
