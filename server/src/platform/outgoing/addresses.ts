import ipaddr from 'ipaddr.js'

/** What the installation's owner opened although it is private or plain http. */
export class AllowList {
  readonly #hosts = new Set<string>()
  readonly #ranges: [ipaddr.IPv4 | ipaddr.IPv6, number][] = []

  /** Entries are host names, addresses or CIDRs. With a port those that are meant for another one do not count. */
  constructor(entries: readonly string[], port?: number) {
    for (const entry of entries) {
      const allowed = parseAllowed(entry)
      if (allowed === undefined) continue
      if (port !== undefined && allowed.port !== undefined && allowed.port !== port) continue
      if (allowed.range !== undefined) this.#ranges.push(allowed.range)
      else this.#hosts.add(allowed.host)
    }
  }

  /** What is opened for the port that a URL leads to. */
  static forUrl(entries: readonly string[], url: { protocol: string; port: string }): AllowList {
    return new AllowList(entries, url.port === '' ? defaultPorts[url.protocol] : Number(url.port))
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

const defaultPorts: Readonly<Record<string, number>> = {
  'http:': 80,
  'https:': 443,
  'socks5:': 1080,
  'socks5h:': 1080,
}

type Range = [ipaddr.IPv4 | ipaddr.IPv6, number]

/** One thing that is opened: a host by its name, or a range of addresses; for every port unless one is named. */
interface Allowed {
  host: string
  range: Range | undefined
  port: number | undefined
}

/** Reads `host`, `address` or `CIDR`, each with `:port` or without (IPv6 then in brackets); undefined for anything else. */
export function parseAllowed(entry: string): Allowed | undefined {
  const whole = parseRange(entry)
  if (whole !== undefined) return { host: '', range: whole, port: undefined }
  const [, bracketed, plain = '', digits] = /^(?:\[([^\]]+)\]|([^:[\]]+))(?::(\d{1,5}))?$/.exec(entry) ?? []
  const port = digits === undefined ? undefined : Number(digits)
  if (port !== undefined && (port < 1 || port > 65_535)) return undefined
  const range = parseRange(bracketed ?? plain)
  if (range !== undefined) return { host: '', range, port }
  const host = normaliseHost(plain)
  return /^[\p{L}\p{N}_-]+(\.[\p{L}\p{N}_-]+)*$/u.test(host) ? { host, range, port } : undefined
}

function parseRange(text: string): Range | undefined {
  if (ipaddr.isValidCIDR(text)) return ipaddr.parseCIDR(text)
  return ipaddr.isValid(text) ? wholeAddress(ipaddr.process(text)) : undefined
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
