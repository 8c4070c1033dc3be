import { Account, Companion } from '../accounts.ts'
import { channelsOf } from '../channels/channels.ts'
import { Channel } from '../channels/model.ts'
import { groupsOf } from '../groups/groups.ts'
import { Group } from '../groups/model.ts'
import type { World } from '../world.ts'

/** Stands for a person, device, group or channel in a saved world. */
class Reference {
  readonly kind: 'account' | 'device' | 'group' | 'channel' | 'gone'
  readonly id: string

  constructor(kind: Reference['kind'], id: string) {
    this.kind = kind
    this.id = id
  }
}

/** The mark of a reference after it went through a file, where classes are lost. */
const mark = 'moltflow-simulator-reference'

/**
 * A copy of some data in which everything that has an identity of its own is replaced by a reference, so that it
 * can be written to a file. What is shared in the data is shared in the copy.
 */
export function withReferences(world: World, value: unknown): unknown {
  const copies = new Map<object, unknown>()
  const copy = (part: unknown): unknown => {
    if (typeof part !== 'object' || part === null) return typeof part === 'function' ? undefined : part
    if (part instanceof Uint8Array) return part
    const reference = referenceTo(world, part)
    if (reference) return { [mark]: [reference.kind, reference.id] }
    const known = copies.get(part)
    if (known) return known
    return copyParts(part, copies, copy)
  }
  return copy(value)
}

function copyParts(part: object, copies: Map<object, unknown>, copy: (part: unknown) => unknown): unknown {
  if (Array.isArray(part)) {
    const list: unknown[] = []
    copies.set(part, list)
    for (const item of part) list.push(copy(item))
    return list
  }
  if (part instanceof Map) {
    const map = new Map<unknown, unknown>()
    copies.set(part, map)
    for (const [key, item] of part) map.set(copy(key), copy(item))
    return map
  }
  if (part instanceof Set) {
    const set = new Set<unknown>()
    copies.set(part, set)
    for (const item of part) set.add(copy(item))
    return set
  }
  const record: Record<string, unknown> = {}
  copies.set(part, record)
  for (const [name, item] of Object.entries(part)) record[name] = copy(item)
  return record
}

function referenceTo(world: World, part: object): Reference | undefined {
  if (part instanceof Account) return new Reference('account', part.phone)
  if (part instanceof Group) return new Reference('group', part.id)
  if (part instanceof Channel) return new Reference('channel', part.id)
  if (!(part instanceof Companion)) return undefined
  const isLinked = world.accounts.get(part.account.phone)?.companions.get(part.device) === part
  return new Reference(isLinked ? 'device' : 'gone', `${part.account.phone}:${part.device}`)
}

/** Puts people, devices, groups and channels of a world in the place of references, in the data itself. */
export function resolveReferences(world: World, value: unknown): unknown {
  const done = new Set<object>()
  const resolve = (part: unknown): unknown => {
    if (typeof part !== 'object' || part === null || part instanceof Uint8Array) return part
    const reference = (part as Record<string, unknown>)[mark]
    if (Array.isArray(reference)) return find(world, new Reference(reference[0], reference[1]))
    if (!done.has(part)) {
      done.add(part)
      resolveParts(part, resolve)
    }
    return part
  }
  return resolve(value)
}

/** Entries of maps and sets that lead to nobody any more are left out. */
function resolveParts(part: object, resolve: (part: unknown) => unknown): void {
  if (Array.isArray(part)) {
    for (const [index, item] of part.entries()) part[index] = resolve(item)
  } else if (part instanceof Map) {
    const entries = [...part]
    part.clear()
    for (const [key, item] of entries) {
      const name = resolve(key)
      if (name !== undefined) part.set(name, resolve(item))
    }
  } else if (part instanceof Set) {
    const items = [...part]
    part.clear()
    for (const item of items) {
      const resolved = resolve(item)
      if (resolved !== undefined) part.add(resolved)
    }
  } else {
    const record = part as Record<string, unknown>
    for (const [name, item] of Object.entries(record)) record[name] = resolve(item)
  }
}

function find(world: World, { kind, id }: Reference): object | undefined {
  switch (kind) {
    case 'account':
      return world.accounts.get(id)
    case 'group':
      return groupsOf(world).get(id)
    case 'channel':
      return channelsOf(world).get(id)
    case 'device': {
      const [phone = '', device] = id.split(':')
      return world.accounts.get(phone)?.companions.get(Number(device))
    }
    case 'gone':
      return undefined
  }
}
