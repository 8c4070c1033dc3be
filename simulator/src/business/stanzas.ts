import { answer, type Query, refuse } from '../query.ts'
import { children, stanza } from '../stanza.ts'
import { profileNode, readProfileChange } from './model.ts'

/** `iq w:biz`: profiles of businesses (get), and changes of the own one (set). */
export function handleBusiness(query: Query): void {
  const { world, account, node, body } = query
  if (body?.tag !== 'business_profile') {
    refuse(query, 501, 'feature-not-implemented')
    return
  }
  if (node.attrs.type === 'get') {
    const profiles = children(body, 'profile').flatMap(({ attrs }) => {
      const business = world.find(attrs.jid)
      return business?.isBusiness ? [profileNode(attrs.jid ?? '', business.businessProfile)] : []
    })
    answer(query, [stanza('business_profile', {}, profiles)])
    return
  }
  if (!account.isBusiness) {
    refuse(query, 403, 'forbidden')
    return
  }
  Object.assign(account.businessProfile, readProfileChange(body))
  answer(query)
}
