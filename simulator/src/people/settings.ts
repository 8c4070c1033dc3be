import { parseJid } from '../accounts.ts'
import { answer, type Query } from '../query.ts'
import { children, stanza, textOf } from '../stanza.ts'

/** `iq blocklist`: who is blocked, and changes of it. */
export function handleBlocklist(query: Query): void {
  const { world, account, body } = query
  if (body?.tag === 'item') {
    const phone = world.find(body.attrs.jid)?.phone ?? parseJid(body.attrs.jid)?.user ?? ''
    if (body.attrs.action === 'block') account.blocked.add(phone)
    else account.blocked.delete(phone)
  }
  const items = [...account.blocked].map((phone) => stanza('item', { jid: `${phone}@s.whatsapp.net` }))
  answer(query, [stanza('list', { dhash: '1' }, items)])
}

/** `iq privacy`: the settings, changes of them, and the tokens that clients issue to contacts. */
export function handlePrivacy(query: Query): void {
  const { account, node, body } = query
  if (body?.tag === 'tokens') {
    answer(query, [stanza('tokens', {}, [])])
    return
  }
  if (node.attrs.type === 'set') {
    for (const { attrs } of children(body, 'category')) {
      if (attrs.name && attrs.value) account.privacy[attrs.name] = attrs.value
    }
  }
  const categories = Object.entries(account.privacy).map(([name, value]) =>
    stanza('category', { name, value }),
  )
  answer(query, [stanza('privacy', {}, categories)])
}

/** `iq abt`: switches of the service. 10518 off means that a client need not send privacy tokens. */
export function handleProperties(query: Query): void {
  const prop = stanza('prop', { config_code: '10518', config_value: '0' })
  answer(query, [stanza('props', { protocol: '1', hash: 'simulator', refresh: '86400' }, [prop])])
}

/** `iq status`: the line below the name. */
export function handleAbout(query: Query): void {
  const { account, body } = query
  if (body?.tag === 'status') account.about = textOf(body)
  answer(query)
}
