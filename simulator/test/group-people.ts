import type { BinaryNode } from 'baileys'
import type { Simulator } from '../src/index.ts'
import type { Client } from './client.ts'

/** The status with which the service refuses something; undefined when it does not. */
export async function refusal(work: Promise<unknown>): Promise<number | undefined> {
  try {
    await work
    return undefined
  } catch (error) {
    return Number((error as { data?: unknown }).data)
  }
}

/** The LID of somebody, by which groups name people. */
export function lidOf(simulator: Simulator, phone: string): string | undefined {
  return simulator.state().accounts.find((account) => account.phone === phone)?.lid
}

/** A query about groups that other clients make and the library does not. */
export function askGroups(
  { socket }: Client,
  to: string,
  type: 'get' | 'set',
  ...content: BinaryNode[]
): Promise<BinaryNode> {
  return socket.query({ tag: 'iq', attrs: { to, type, xmlns: 'w:g2' }, content })
}

/** The next notification whose change has this tag; of one group, when it is named. */
export function nextChange({ socket }: Client, tag: string, group?: string): Promise<BinaryNode> {
  const event = `CB:notification,type:w:gp2,${tag}`
  return new Promise((resolve) => {
    const listener = (node: BinaryNode) => {
      if (group !== undefined && node.attrs.from !== group) return
      socket.ws.off(event, listener)
      resolve(node)
    }
    socket.ws.on(event, listener)
  })
}
