import type { FastifyRequest } from 'fastify'
import ipaddr from 'ipaddr.js'
import { forbidden } from '../../platform/errors.ts'

/** What a browser may be shown at, and pages of which origins may ask. */
interface Doorway {
  publicUrl: string
  corsOrigins?: readonly string[] | undefined
}

const loopbackNames = new Set(['localhost', '127.0.0.1', '[::1]'])

/** Names that no stranger can own: addresses, and what only a private network resolves. */
function isPrivateName(name: string): boolean {
  if (ipaddr.isValid(name.replace(/^\[|\]$/g, ''))) return true
  return !name.includes('.') || /\.(?:local|internal|lan|home\.arpa|localhost)$/.test(name)
}

function hostnameOf(url: string): string | undefined {
  return URL.canParse(url) ? new URL(url).hostname : undefined
}

/**
 * Refuses what a page of somebody else's could make a browser send here: a name that leads to this machine although it
 * is not ours (DNS rebinding), and origins that nobody allowed. Programs send no `Origin`.
 */
export function refuseStrangers({ headers }: FastifyRequest, { publicUrl, corsOrigins }: Doorway): void {
  const own = hostnameOf(publicUrl)
  const host = hostnameOf(`http://${headers.host ?? ''}`)
  if (host === undefined || (host !== own && !isPrivateName(host)))
    throw forbidden.create({ message: 'This server has another name: set MOLTFLOW_PUBLIC_URL to this one' })
  const { origin } = headers
  if (origin === undefined) return
  const page = hostnameOf(origin)
  const isAllowed =
    page !== undefined && (page === own || loopbackNames.has(page) || corsOrigins?.includes(origin) === true)
  if (!isAllowed) throw forbidden.create({ message: 'Pages of this origin may not use this server' })
}
