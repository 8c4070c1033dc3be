import ipaddr from 'ipaddr.js'

/** What the installation's owner opened although it is private or plain http. */
export class AllowList {
  readonly #hosts = new Set<string>()
  readonly #ranges: [ipaddr.IPv4 | ipaddr.IPv6, number][] = []

  /** Entries are host names, addresses or CIDRs. */
  constructor(entries: readonly string[]) {
    for (const entry of entries) {
      if (ipaddr.isValidCIDR(entry)) this.#ranges.push(ipaddr.parseCIDR(entry))
      else if (ipaddr.isValid(entry)) this.#ranges.push(wholeAddress(ipaddr.process(entry)))
      else this.#hosts.add(normaliseHost(entry))
    }
  }

  hasHost(host: string): boolean {
    return this.#hosts.has(host)
  }

  hasAddress(address: ipaddr.IPv4 | ipaddr.IPv6): boolean {
    return this.#ranges.some(([range, bits]) => range.kind() === address.kind() && address.match(range, bits))
  }

  /** Whether a name might turn out to be allowed once it is resolved. */
  get hasRanges(): boolean {
    return this.#ranges.length > 0
  }
}

function wholeAddress(address: ipaddr.IPv4 | ipaddr.IPv6): [ipaddr.IPv4 | ipaddr.IPv6, number] {
  return [address, address.kind() === 'ipv4' ? 32 : 128]
}

/** Lower case, without brackets and without the dot that makes a name absolute. */
export function normaliseHost(host: string): string {
  return host
    .toLowerCase()
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '')
}

/** The address a host is by itself, in its simplest form (a mapped IPv4 becomes IPv4); undefined for names. */
export function parseAddress(host: string): ipaddr.IPv4 | ipaddr.IPv6 | undefined {
  return ipaddr.isValid(host) ? ipaddr.process(host) : undefined
}

/**
 * Whether the address is an ordinary public one. Everything else has a meaning of its own: private,
 * loopback, link-local (where clouds keep their metadata), carrier NAT, multicast, documentation,
 * translated IPv4 and so on.
 */
export function isPublicAddress(address: ipaddr.IPv4 | ipaddr.IPv6): boolean {
  return address.range() === 'unicast' && !isDisguisedIpv4(address)
}

/** `::a.b.c.d`, long deprecated, which some systems still take for the IPv4 address in it. */
function isDisguisedIpv4(address: ipaddr.IPv4 | ipaddr.IPv6): boolean {
  return address.kind() === 'ipv6' && (address as ipaddr.IPv6).parts.slice(0, 6).every((part) => part === 0)
}

/** Names that mean the machine itself or its cloud's metadata, whatever they resolve to. */
export function isLocalName(host: string): boolean {
  return /(^|\.)(localhost|local|internal|localdomain|home\.arpa)$/.test(host)
}
