import type { Account } from '../accounts.ts'
import { SimulatorError } from '../errors.ts'
import { defineState } from '../state.ts'
import type { World } from '../world.ts'
import { Channel } from './model.ts'

const channels = defineState<World, Map<string, Channel>>(() => new Map())

/** The channels of a world by their ids. */
export const channelsOf = channels.of

export function createChannel(world: World, owner: Account, name: string, description: string): Channel {
  const channel = new Channel(owner, name, description)
  channelsOf(world).set(channel.id, channel)
  return channel
}

/** The channel with this id, with or without `@newsletter`; 404 when there is none. */
export function channelNamed(world: World, id: string, field = 'id'): Channel {
  const channel = channelsOf(world).get(id.endsWith('@newsletter') ? id : `${id}@newsletter`)
  if (!channel) throw new SimulatorError(404, `there is no channel ${id}`, field)
  return channel
}

/** The channel whose invitation link ends with this code. */
export function channelByInvite(world: World, code: string): Channel | undefined {
  for (const channel of channelsOf(world).values()) if (channel.inviteCode === code) return channel
  return undefined
}
