import type { Account, Companion } from '../accounts.ts'
import type { World, WorldEvents } from '../world.ts'

/** Resolves at the first event that matches; rejects after `timeoutMs`, saying what did not come. */
function untilEvent<E extends keyof WorldEvents>(
  world: World,
  event: E,
  matches: (subject: WorldEvents[E][0]) => boolean,
  timeoutMs: number,
  what: string,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer)
      world.events.off(event, listener as never)
    }
    const timer = setTimeout(() => {
      stop()
      reject(new Error(`${what} within ${timeoutMs} ms`))
    }, timeoutMs)
    const listener = (subject: WorldEvents[E][0]) => {
      if (!matches(subject)) return
      stop()
      resolve()
    }
    world.events.on(event, listener as never)
  })
}

/** Resolves when a client asks for a pairing code for this phone, at once when one did already. */
export async function untilPairingRequest(world: World, phone: string, timeoutMs: number): Promise<void> {
  if (world.links.get(phone)?.isOpen) return
  const what = `no client asked for a pairing code for ${phone}`
  await untilEvent(world, 'pairingCode', (asked) => asked === phone, timeoutMs, what)
}

/** Resolves when a linked client of this account is logged in and active, at once when one is. */
export async function untilOnline(world: World, account: Account, timeoutMs: number): Promise<void> {
  const isActive = ({ connection }: Companion) => connection?.isActive === true
  if ([...account.companions.values()].some(isActive)) return
  const what = `no client of ${account.phone} came online`
  await untilEvent(world, 'online', (companion) => companion.account === account, timeoutMs, what)
}
