import type { Account } from '../accounts.ts'
import { findChat } from '../groups/groups.ts'
import { Group } from '../groups/model.ts'
import { mediaOf } from '../media/store.ts'
import { answer, type Query, refuse } from '../query.ts'
import { bytesOf, stanza } from '../stanza.ts'
import { changePicture, showsPictureTo } from './model.ts'

/** `iq w:profile:picture`: pictures of people and groups. Source: `profilePictureUrl` and its kin in Baileys. */
export function handlePicture(query: Query): void {
  const { world, account, node, body } = query
  const { type, target } = node.attrs
  const subject = target === undefined ? account : findChat(world, target)
  if (!subject) return refuse(query, 404, 'item-not-found')
  if (type === 'set') return setPicture(query, subject)
  if (!showsPictureTo(subject, account)) return refuse(query, 401, 'not-authorized')
  const { picture } = subject
  if (!picture) return refuse(query, 404, 'item-not-found')
  const { id, directPath } = picture
  const url = mediaOf(world).urlOf(directPath)
  answer(query, [stanza('picture', { id, type: body?.attrs.type, url, direct_path: directPath })])
}

function setPicture(query: Query, subject: Account | Group): void {
  const { world, account, body } = query
  const isAllowed =
    subject instanceof Group
      ? subject.members.has(account) && (subject.isAdmin(account) || !subject.isLocked)
      : subject === account
  if (!isAllowed) return refuse(query, 403, 'forbidden')
  const picture = changePicture(world, subject, account, body?.tag === 'picture' ? bytesOf(body) : undefined)
  answer(query, picture && [stanza('picture', { id: picture.id })])
}
