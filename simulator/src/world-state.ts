import { settingsOf } from './app-state/phone.ts'
import { faultsOf, type StandingFault } from './faults/model.ts'
import { describeGroup } from './groups/description.ts'
import { groupsOf } from './groups/groups.ts'
import { mediaOf } from './media/store.ts'
import type { World } from './world.ts'

/** The whole world as JSON. */
export type WorldState = {
  accounts: {
    phone: string
    name: string
    lid: string
    business: boolean
    addressing: string
    receipts: object
    online: boolean
    devices: { device: number; connected: boolean; preKeys: number; pending: number }[]
    messages: number
    duplicates: number
    undecryptable: number
    settings: object
  }[]
  groups: object[]
  faults: StandingFault[]
  connections: number
  counters: World['counters']
  /** Files on the media server. */
  media: { files: number; bytes: number }
  /** How often linked devices asked, by namespace. */
  queries: Record<string, number>
  unknownStanzas: Record<string, number>
}

/** Describes everything. `pending` counts stanzas that a device has not acknowledged. */
export function describeWorld(world: World): WorldState {
  const accounts = [...world.accounts.values()].map((account) => {
    const devices = [...account.companions.values()].map(({ device, connection, preKeys, queue }) => ({
      device,
      connected: connection !== undefined,
      preKeys: preKeys.length,
      pending: queue.size,
    }))
    const { phone, name, isBusiness, addressing, receipts, duplicates, undecryptable } = account
    return {
      phone,
      name,
      lid: account.lidJid,
      business: isBusiness,
      addressing,
      receipts,
      online: devices.some(({ connected }) => connected),
      devices,
      messages: account.messages.size,
      duplicates,
      undecryptable,
      settings: settingsOf(account),
    }
  })
  return {
    accounts,
    groups: [...groupsOf(world).values()].map(describeGroup),
    faults: faultsOf(world).list(),
    connections: world.connections.size,
    counters: { ...world.counters },
    media: mediaOf(world).usage,
    queries: Object.fromEntries(world.queries),
    unknownStanzas: Object.fromEntries(world.unknownStanzas),
  }
}
