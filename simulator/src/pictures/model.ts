import type { Account } from '../accounts.ts'
import { Group } from '../groups/model.ts'
import { mediaOf } from '../media/store.ts'
import type { Picture } from '../profile.ts'
import { seconds, stanza, stanzaId } from '../stanza.ts'
import type { World } from '../world.ts'

/** Gives a person or a group another picture, or none, and notifies the clients that see it. */
export function changePicture(
  world: World,
  subject: Account | Group,
  author: Account,
  bytes: Buffer | undefined,
): Picture | undefined {
  const id = stanzaId()
  subject.picture = bytes && { id, directPath: mediaOf(world).put(bytes, author.phone) }
  notifyViewers(world, subject, author)
  return subject.picture
}

/** Whether the picture of a person is shown to another one. */
export function showsPictureTo(subject: Account | Group, viewer: Account): boolean {
  if (subject instanceof Group) return subject.members.has(viewer)
  const setting = subject.privacy.profile
  if (subject === viewer || setting === 'all' || setting === undefined) return true
  return setting === 'contacts' && subject.contacts.has(viewer.phone)
}

/** Source: the `picture` notification in `messages-recv` of Baileys. */
function notifyViewers(world: World, subject: Account | Group, author: Account): void {
  const isGroup = subject instanceof Group
  const from = isGroup ? subject.id : subject.jid
  const by = isGroup ? subject.nameOf(author) : author.jid
  const { picture } = subject
  const change = picture
    ? stanza('set', { jid: from, id: picture.id, author: by })
    : stanza('delete', { jid: from, author: by })
  const viewers = isGroup ? subject.members.keys() : world.accounts.values()
  for (const viewer of viewers) {
    if (!showsPictureTo(subject, viewer)) continue
    for (const companion of viewer.companions.values()) {
      const attrs = { from, type: 'picture', id: stanzaId(), t: seconds() }
      companion.queue.add(stanza('notification', attrs, [change]))
    }
  }
}
