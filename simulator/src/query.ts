import type { BinaryNode } from 'baileys'
import type { Account, Companion } from './accounts.ts'
import type { Connection } from './connection.ts'
import { type AttributeValue, SERVER, stanza } from './stanza.ts'
import type { World } from './world.ts'

/** One query of a linked device, with what is needed to answer it. */
export type Query = {
  world: World
  connection: Connection
  account: Account
  companion: Companion
  node: BinaryNode
  /** First child of the query, which says what is wanted. */
  body: BinaryNode | undefined
}

/** Answers an iq with a result. */
export function answer(
  { connection, node }: Pick<Query, 'connection' | 'node'>,
  content?: BinaryNode[],
  attributes: Record<string, AttributeValue> = {},
): void {
  const attrs = { from: node.attrs.to ?? SERVER, type: 'result', id: node.attrs.id, ...attributes }
  connection.send(stanza('iq', attrs, content))
}

/** Answers an iq with an error. */
export function refuse(
  { connection, node }: Pick<Query, 'connection' | 'node'>,
  code: number,
  text: string,
): void {
  const attrs = { from: node.attrs.to ?? SERVER, type: 'error', id: node.attrs.id }
  connection.send(stanza('iq', attrs, [stanza('error', { code, text })]))
}
