import type { BinaryNode } from 'baileys'
import type { Account } from '../accounts.ts'
import { verifiedNameOf } from '../business/model.ts'
import { answer, type Query } from '../query.ts'
import { child, children, seconds, stanza, textOf } from '../stanza.ts'

/** `iq usync`: who has an account, with which devices and which LID. */
export function handleUsync(query: Query): void {
  const { body } = query
  const protocols = children(body, 'query').flatMap((part) =>
    Array.isArray(part.content) ? part.content.map(({ tag }) => tag) : [],
  )
  const users = children(child(body, 'list'), 'user').flatMap((user) => userNode(query, user, protocols))
  const { sid, mode, context } = body?.attrs ?? {}
  answer(query, [
    stanza('usync', { sid, index: '0', last: 'true', mode, context }, [
      stanza(
        'result',
        {},
        protocols.map((protocol) => stanza(protocol)),
      ),
      stanza('list', {}, users),
    ]),
  ])
}

function userNode({ world, companion }: Query, user: BinaryNode, protocols: string[]): BinaryNode[] {
  const asked = textOf(child(user, 'contact'))
  const digits = asked.replace(/\D/g, '')
  const jid = user.attrs.jid ?? (digits && `${digits}@s.whatsapp.net`)
  if (!jid) return []
  const account = user.attrs.jid === undefined ? world.lookUp(digits) : world.find(jid)
  if (protocols.includes('devices')) account?.deviceWatchers.add(companion)
  const known = account && (jid.endsWith('@lid') ? account.lidJid : account.jid)
  return [
    stanza(
      'user',
      { jid: known ?? jid },
      protocols.flatMap((protocol) => protocolNode(account, protocol, asked)),
    ),
  ]
}

/** Source: `IsOnWhatsApp` of whatsmeow: the contact repeats the number as it was asked, the jid is the account's. */
function protocolNode(account: Account | undefined, protocol: string, asked: string): BinaryNode[] {
  if (protocol === 'contact') {
    const type = account ? 'in' : 'out'
    return [asked ? stanza('contact', { type }, Buffer.from(asked)) : stanza('contact', { type })]
  }
  if (!account) return []
  switch (protocol) {
    case 'devices':
      return [devicesNode(account)]
    case 'business':
      // Source: `IsOnWhatsApp` of whatsmeow.
      return account.isBusiness ? [stanza('business', {}, verifiedNameOf(account).nodes)] : []
    case 'lid':
      return [stanza('lid', { val: account.lidJid })]
    case 'status':
      return [stanza('status', { t: seconds() }, Buffer.from(account.about))]
    case 'disappearing_mode':
      return [stanza('disappearing_mode', { duration: '0', t: '0' })]
    default:
      return []
  }
}

/** Linked devices need a `key-index`: a client drops a device without one. */
function devicesNode(account: Account): BinaryNode {
  const linked = [...account.companions.keys()].map((id) => stanza('device', { id, 'key-index': id }))
  return stanza('devices', {}, [
    stanza('device-list', { hash: '2:simulator' }, [stanza('device', { id: '0' }), ...linked]),
    stanza('key-index-list', { ts: seconds() }),
  ])
}
