import type { FastifyRequest } from 'fastify'
import { forbidden } from '../../platform/errors.ts'

/** Pages of which origins may ask. */
interface Doorway {
  publicUrl: string
  corsOrigins?: readonly string[] | undefined
}

const loopbackNames = new Set(['localhost', '127.0.0.1', '[::1]'])

function hostnameOf(url: string): string | undefined {
  return URL.canParse(url) ? new URL(url).hostname : undefined
}

/**
 * Refuses pages of origins that nobody allowed. The host's name is not asked: a page that is led here under a name of its
 * own (DNS rebinding) sends that name as its `Origin` with every POST, and no cookie is a credential here. So an
 * installation behind a proxy works under whatever name it is reached by. Programs send no `Origin`.
 */
export function refuseStrangers({ headers }: FastifyRequest, { publicUrl, corsOrigins }: Doorway): void {
  const { origin } = headers
  if (origin === undefined) return
  const own = hostnameOf(publicUrl)
  const page = hostnameOf(origin)
  const isAllowed =
    page !== undefined && (page === own || loopbackNames.has(page) || corsOrigins?.includes(origin) === true)
  if (!isAllowed) throw forbidden.create({ message: 'Pages of this origin may not use this server' })
}
