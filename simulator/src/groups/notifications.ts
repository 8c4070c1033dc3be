import type { BinaryNode } from 'baileys'
import type { Account } from '../accounts.ts'
import { seconds, stanza, stanzaId } from '../stanza.ts'
import type { Group } from './model.ts'
import { groupNode } from './node.ts'

/**
 * A `w:gp2` notification to every linked device of everybody concerned, of who did it as well: clients learn of
 * their own changes this way. `by` is missing when the server itself changed something. `change` is built only
 * when there is a device to notify, so that a group of people without linked devices costs nothing.
 */
export function notify(
  group: Group,
  by: Account | undefined,
  change: () => BinaryNode,
  audience: Iterable<Account> = group.members.keys(),
): void {
  let built: BinaryNode | undefined
  for (const member of audience) {
    for (const companion of member.companions.values()) {
      built ??= change()
      const attrs = {
        from: group.id,
        type: 'w:gp2',
        id: stanzaId(),
        t: seconds(),
        ...(by ? { ...group.authorAttributes(by), notify: by.name } : { addressing_mode: group.addressing }),
      }
      companion.queue.add(stanza('notification', attrs, [built]))
    }
  }
}

/** Notifies all members of a new group; `key` is how its creator knows it again. */
export function notifyCreation(group: Group, key = stanzaId()): void {
  notify(group, group.owner, () => stanza('create', { type: 'new', key }, [groupNode(group)]))
}

/** Members that joined or were changed, as the notification of it. */
export function membersNode(
  group: Group,
  tag: string,
  people: readonly Account[],
  attributes: Record<string, string | undefined> = {},
): BinaryNode {
  return stanza(
    tag,
    attributes,
    people.map((member) => group.participantNode(member)),
  )
}
