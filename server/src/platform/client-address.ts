import { isIP, isIPv6 } from 'node:net'
import ipaddr from 'ipaddr.js'

/** Whether a text is an address or a CIDR that does not mean everybody. */
export function isProxyRange(text: string): boolean {
  if (ipaddr.isValid(text)) return isIP(text) !== 0
  const [address = ''] = text.split('/')
  return isIP(address) !== 0 && ipaddr.isValidCIDR(text) && ipaddr.parseCIDR(text)[1] > 0
}

/**
 * The address of whoever made a request, given what its proxies say (some write the port too). What is no address is not
 * believed: then the address that connected stands for it.
 */
export function clientAddress(said: string, connected: string | undefined): string {
  for (const text of [said, withoutPort(said)]) if (isIP(text) !== 0) return text
  return connected ?? ''
}

function withoutPort(text: string): string {
  return /^\[([^\]]+)\](?::\d{1,5})?$/.exec(text)?.[1] ?? /^([\d.]+):\d{1,5}$/.exec(text)?.[1] ?? text
}

/** What stands for an address where its requests are counted: a whole IPv6 network of 64 bits is one, as it belongs to one. */
export function clientNetwork(ip: string): string {
  const plain = ip.replace(/^::ffff:(?=\d+\.)/, '')
  return isIPv6(plain) ? expandIpv6(plain).slice(0, 4).join(':') : plain
}

function expandIpv6(ip: string): string[] {
  const [head = '', tail] = (ip.split('%')[0] ?? '').split('::')
  const before = head === '' ? [] : head.split(':')
  const after = tail === undefined || tail === '' ? [] : tail.split(':')
  const gap = tail === undefined ? [] : Array<string>(Math.max(0, 8 - before.length - after.length)).fill('0')
  return [...before, ...gap, ...after].map((group) => group.padStart(4, '0'))
}
