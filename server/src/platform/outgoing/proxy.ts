import { lookup } from 'node:dns'
import type { LookupFunction } from 'node:net'
import { AllowList, isLocalName, isPublicAddress, normaliseHost, parseAddress } from './addresses.ts'
import { UrlRefused } from './safe-fetch.ts'

const schemes = new Set(['http:', 'https:', 'socks5:', 'socks5h:'])
const privateAddress = 'proxy_url: the address is private or reserved'

/** The URL of a proxy (`http`, `https`, `socks5`); undefined for anything else. */
export function parseProxyUrl(text: string): URL | undefined {
  if (!URL.canParse(text)) return undefined
  const url = new URL(text)
  return schemes.has(url.protocol) && url.hostname !== '' ? url : undefined
}

/** The URL without user name and password: fit to be shown. */
export function maskProxyUrl(url: URL): string {
  const port = url.port === '' ? '' : `:${url.port}`
  return `${url.protocol}//${url.hostname}${port}`
}

/**
 * Refuses (UrlRefused, 400 `address_refused`) a proxy at an address that outgoing connections must not reach:
 * anything but an ordinary public one, unless `allow` (hosts and CIDRs) opens it.
 */
export async function checkProxyAddress(url: URL, entries: readonly string[]): Promise<void> {
  const allow = AllowList.forUrl(entries, url)
  const host = normaliseHost(url.hostname)
  if (allow.hasHost(host)) return
  const literal = parseAddress(host)
  if (literal !== undefined) return requireReachable(allow, [host])
  if (isLocalName(host) && !allow.hasRanges) throw new UrlRefused(privateAddress)
  const found = await new Promise<string[]>((resolve) => {
    lookup(host, { all: true }, (error, addresses) =>
      // A name that leads nowhere, or nowhere right now, is no address to connect to.
      resolve(error === null ? addresses.map(({ address }) => address) : []),
    )
  })
  if (found.length === 0) throw new UrlRefused('proxy_url: the host has no address')
  requireReachable(allow, found)
}

function requireReachable(allow: AllowList, addresses: readonly string[]): void {
  for (const text of addresses) {
    const address = parseAddress(text)
    const isReachable = address !== undefined && (allow.hasAddress(address) || isPublicAddress(address))
    if (!isReachable) throw new UrlRefused(privateAddress)
  }
}

/** Looks names up for a socket and refuses what `checkProxyAddress` refuses, on the address connected to. */
export function safeLookup(entries: readonly string[]): LookupFunction {
  // The port was looked at when the proxy was chosen; a name is looked up without one.
  const allow = new AllowList(entries)
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, found) => {
      const [first] = found ?? []
      if (error !== null || first === undefined) return callback(error ?? new UrlRefused('no address'), '', 4)
      if (!allow.hasHost(normaliseHost(hostname))) {
        try {
          requireReachable(
            allow,
            found.map(({ address }) => address),
          )
        } catch (refusal) {
          return callback(refusal as NodeJS.ErrnoException, '', 4)
        }
      }
      if (options.all === true) callback(null, found)
      else callback(null, first.address, first.family)
    })
  }
}
