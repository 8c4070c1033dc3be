import { type Account, Companion } from '../accounts.ts'
import { restoreAppState, type SavedAppState, savedAppState } from '../app-state/store.ts'
import { channelsOf } from '../channels/channels.ts'
import { Channel } from '../channels/model.ts'
import { type SentMessage, sentMessagesOf } from '../content/sent-messages.ts'
import type { SenderKeys } from '../encryption/sender-keys.ts'
import type { SavedDevice } from '../encryption/virtual-device.ts'
import { faultsOf, type StandingFault } from '../faults/model.ts'
import { groupsOf } from '../groups/groups.ts'
import { Group } from '../groups/model.ts'
import { type History, historyOf, restoreHistory } from '../history/model.ts'
import {
  minimumVersionOf,
  restoreLimits,
  type SavedLimits,
  savedLimits,
  setMinimumVersion,
} from '../limits/model.ts'
import { type MediaStore, mediaOf } from '../media/store.ts'
import type { ReceivedMessage, SeenEvent } from '../records.ts'
import type { ScriptRule } from '../scripts/inputs.ts'
import { scriptOf } from '../scripts/model.ts'
import type { World } from '../world.ts'
import { resolveReferences, withReferences } from './references.ts'

type Fields = Record<string, unknown>

/** What has to be there before anything can refer to it. */
type Skeleton = {
  accounts: { phone: string; name: string; business: boolean; devices: DeviceKeys[] }[]
  groups: { id: string; owner: string; subject: string; addressing: Group['addressing'] }[]
  channels: { id: string; owner: string; name: string; description: string }[]
}

type DeviceKeys = Pick<
  Companion,
  'device' | 'noiseKey' | 'identity' | 'registrationId' | 'signedPreKey' | 'preKeys' | 'isBootstrapped'
> & { private: ReturnType<Companion['saved']>; queue: ReturnType<Companion['queue']['saved']> }

type SavedAccount = {
  fields: Fields
  private: ReturnType<Account['saved']>
  device: SavedDevice
  senderKeys: ReturnType<SenderKeys['saved']>
  messages: readonly ReceivedMessage[]
  events: readonly SeenEvent[]
  watchers: Set<Companion>
  appState: SavedAppState | undefined
  history: History | undefined
  limits: SavedLimits | undefined
  script: ScriptRule[]
}

type Details = {
  accounts: SavedAccount[]
  groups: { fields: Fields; keyHolders: ReturnType<Group['saved']> }[]
  channels: { fields: Fields; nextServerId: number }[]
  remembered: SentMessage[]
  observer: ReturnType<SenderKeys['saved']>
  faults: StandingFault[]
  askedAgain: Set<string>
  counters: World['counters']
  minimumVersion: string | null
  media: ReturnType<MediaStore['saved']>
}

/** A world as plain data. Connections, calls, presence and timers are transient and no part of it. */
export type Snapshot = { skeleton: Skeleton; details: unknown }

/** Parts of an account that are saved in a form of their own, or not at all. */
const accountParts = new Set(['device', 'senderKeys', 'companions', 'messages', 'events', 'presence'])
const transient = new Set([...accountParts, 'presenceSubscribers', 'deviceWatchers', 'watchers'])

/** Takes down the whole world. */
export function takeSnapshot(world: World): Snapshot {
  const details: Details = {
    accounts: [...world.accounts.values()].map(saveAccount),
    groups: [...groupsOf(world).values()].map((group) => ({
      fields: fieldsOf(group),
      keyHolders: group.saved(),
    })),
    channels: [...channelsOf(world).values()].map((channel) => ({
      fields: fieldsOf(channel),
      nextServerId: channel.saved(),
    })),
    remembered: sentMessagesOf(world).all(),
    observer: world.observer.saved(),
    faults: faultsOf(world).list(),
    askedAgain: world.retryRequests,
    counters: world.counters,
    minimumVersion: minimumVersionOf(world),
    media: mediaOf(world).saved(),
  }
  return { skeleton: skeletonOf(world), details: withReferences(world, details) }
}

/** Builds a world up again. `script` sets the rules by which a phone answers. */
export function restoreSnapshot(
  world: World,
  { skeleton, details: saved }: Snapshot,
  script: (phone: string, rules: ScriptRule[]) => void,
): void {
  build(world, skeleton)
  const details = resolveReferences(world, saved) as Details
  for (const [index, account] of [...world.accounts.values()].entries()) {
    const part = details.accounts[index]
    if (!part) continue
    restoreAccount(account, part)
    world.setAliases(account, [...account.aliases])
    if (part.script.length) script(account.phone, part.script)
  }
  for (const [index, group] of [...groupsOf(world).values()].entries()) {
    const part = details.groups[index]
    if (part) {
      fill(group, part.fields)
      group.restore(part.keyHolders)
    }
  }
  for (const [index, channel] of [...channelsOf(world).values()].entries()) {
    const part = details.channels[index]
    if (part) {
      fill(channel, part.fields)
      channel.restore(part.nextServerId)
    }
  }
  for (const message of details.remembered) sentMessagesOf(world).add(message)
  world.observer.restore(details.observer)
  for (const fault of details.faults) faultsOf(world).restore(fault)
  for (const id of details.askedAgain) world.retryRequests.add(id)
  Object.assign(world.counters, details.counters)
  setMinimumVersion(world, details.minimumVersion)
  mediaOf(world).restore(details.media)
}

function skeletonOf(world: World): Skeleton {
  return {
    accounts: [...world.accounts.values()].map(({ phone, name, isBusiness, companions }) => ({
      phone,
      name,
      business: isBusiness,
      devices: [...companions.values()].map(saveDevice),
    })),
    groups: [...groupsOf(world).values()].map(({ id, owner, subject, addressing }) => ({
      id,
      owner: owner.phone,
      subject,
      addressing,
    })),
    channels: [...channelsOf(world).values()].map(({ id, owner, name, description }) => ({
      id,
      owner: owner.phone,
      name,
      description,
    })),
  }
}

function saveDevice(companion: Companion): DeviceKeys {
  const { device, noiseKey, identity, registrationId, signedPreKey, preKeys, isBootstrapped } = companion
  const keys = { device, noiseKey, identity, registrationId, signedPreKey, preKeys, isBootstrapped }
  return { ...keys, private: companion.saved(), queue: companion.queue.saved() }
}

function saveAccount(account: Account): SavedAccount {
  return {
    fields: fieldsOf(account),
    private: account.saved(),
    device: account.device.saved(),
    senderKeys: account.senderKeys.saved(),
    messages: account.messages.all(),
    events: account.events.all(),
    watchers: account.deviceWatchers,
    appState: savedAppState(account),
    history: historyOf(account),
    limits: savedLimits(account),
    script: scriptOf(account).map(({ rule }) => rule),
  }
}

function build(world: World, { accounts, groups, channels }: Skeleton): void {
  for (const { phone, name, business, devices } of accounts) {
    const account = world.addAccount(phone, name, business)
    for (const { device, private: own, queue, preKeys, isBootstrapped, ...keys } of devices) {
      const companion = new Companion(account, device, keys)
      companion.preKeys = preKeys
      companion.isBootstrapped = isBootstrapped
      companion.restore(own)
      companion.queue.restore(queue)
      account.companions.set(device, companion)
    }
  }
  for (const { id, owner, subject, addressing } of groups) {
    groupsOf(world).set(id, new Group(world.account(owner), subject, [], addressing))
  }
  for (const { id, owner, name, description } of channels) {
    channelsOf(world).set(id, new Channel(world.account(owner), name, description))
  }
}

function restoreAccount(account: Account, saved: SavedAccount): void {
  fill(account, saved.fields)
  account.restore(saved.private)
  account.device.restore(saved.device)
  account.senderKeys.restore(saved.senderKeys)
  account.messages.restore([...saved.messages])
  account.events.restore([...saved.events])
  for (const watcher of saved.watchers) account.deviceWatchers.add(watcher)
  if (saved.appState) restoreAppState(account, saved.appState)
  if (saved.history) restoreHistory(account, saved.history)
  if (saved.limits) restoreLimits(account, saved.limits)
}

function fieldsOf(thing: object): Fields {
  return Object.fromEntries(Object.entries(thing).filter(([name]) => !transient.has(name)))
}

/** Puts fields back. Lists that others may hold on to are filled instead of being replaced. */
function fill(thing: object, fields: Fields): void {
  const target = thing as Fields
  for (const [name, value] of Object.entries(fields)) {
    const current = target[name]
    if (current instanceof Map && value instanceof Map) {
      current.clear()
      for (const [key, item] of value) current.set(key, item)
    } else if (current instanceof Set && value instanceof Set) {
      current.clear()
      for (const item of value) current.add(item)
    } else target[name] = value
  }
}
