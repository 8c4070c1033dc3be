import { createHash } from 'node:crypto'
import { type BinaryNode, proto } from 'baileys'
import type { Account } from '../accounts.ts'
import { sign } from '../encryption/keys.ts'
import type { BusinessProfile, OpeningDay } from '../profile.ts'
import { child, children, stanza, textOf } from '../stanza.ts'

/** The `<profile>` node. Source: `getBusinessProfile` of Baileys, `parseBusinessProfile` of whatsmeow. */
export function profileNode(jid: string, profile: BusinessProfile): BinaryNode {
  const { description, address, email, category, websites = [], hours } = profile
  const texts = Object.entries({ description, address, email })
  const nodes = texts.flatMap(([tag, text]) =>
    text === undefined ? [] : [stanza(tag, {}, Buffer.from(text))],
  )
  for (const website of websites) nodes.push(stanza('website', {}, Buffer.from(website)))
  if (category) {
    nodes.push(stanza('categories', {}, [stanza('category', { id: '1' }, Buffer.from(category))]))
  }
  if (hours) {
    const days = hours.days.map(({ day, mode, openMinutes, closeMinutes }) => {
      const times = { open_time: openMinutes, close_time: closeMinutes }
      return stanza('business_hours_config', { day_of_week: day, mode, ...times })
    })
    nodes.push(stanza('business_hours', { timezone: hours.timezone }, days))
  }
  return stanza('profile', { jid }, nodes)
}

/** What a client changes of its profile; what it does not name stays. Source: `updateBussinesProfile` of Baileys. */
export function readProfileChange(change: BinaryNode): BusinessProfile {
  const changes: BusinessProfile = {}
  for (const tag of ['description', 'address', 'email'] as const) {
    const node = child(change, tag)
    if (node) changes[tag] = textOf(node)
  }
  const websites = children(change, 'website').map(textOf)
  if (websites.length) changes.websites = websites.filter(Boolean)
  const hours = child(change, 'business_hours')
  if (hours) changes.hours = readHours(hours)
  return changes
}

function readHours(node: BinaryNode): NonNullable<BusinessProfile['hours']> {
  const days = children(node, 'business_hours_config').map(({ attrs }) => ({
    day: attrs.day_of_week as OpeningDay['day'],
    mode: attrs.mode as OpeningDay['mode'],
    ...(attrs.open_time !== undefined && { openMinutes: Number(attrs.open_time) }),
    ...(attrs.close_time !== undefined && { closeMinutes: Number(attrs.close_time) }),
  }))
  return { timezone: node.attrs.timezone ?? '', days }
}

/** Attributes and node by which a message of a business says its name. Source: `decryptMessageNode` of Baileys. */
export function verifiedNameOf(account: Account): { attrs: Record<string, string>; nodes: BinaryNode[] } {
  if (!account.isBusiness) return { attrs: {}, nodes: [] }
  const serial = createHash('sha256').update(account.phone).digest().readUInt32BE(0)
  const details = proto.VerifiedNameCertificate.Details.encode({
    serial,
    issuer: 'smb:wa',
    verifiedName: account.name,
  }).finish()
  const signature = sign(account.device.identity.private, Buffer.from(details))
  const certificate = proto.VerifiedNameCertificate.encode({ details, signature }).finish()
  return {
    attrs: { verified_name: String(serial), verified_level: 'unknown' },
    nodes: [stanza('verified_name', {}, Buffer.from(certificate))],
  }
}
