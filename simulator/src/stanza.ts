import { randomBytes } from 'node:crypto'
import { type BinaryNode, getBinaryNodeChild, getBinaryNodeChildren } from 'baileys'

/** Name of the server in `from`. Baileys compares with this exact string and ignores what says otherwise. */
export const SERVER = '@s.whatsapp.net'

/** Values an attribute may have here; `undefined` leaves it out. */
export type AttributeValue = string | number | undefined

/**
 * Builds a stanza. Every attribute becomes a string, because the encoder counts values of another type and
 * does not write them, which corrupts the stream.
 */
export function stanza(
  tag: string,
  attributes: Record<string, AttributeValue> = {},
  content?: BinaryNode['content'],
): BinaryNode {
  const attrs: Record<string, string> = {}
  for (const name in attributes) {
    const value = attributes[name]
    if (value !== undefined) attrs[name] = String(value)
  }
  return content === undefined ? { tag, attrs } : { tag, attrs, content }
}

/** First child with this tag. */
export function child(node: BinaryNode | undefined, tag: string): BinaryNode | undefined {
  return getBinaryNodeChild(node, tag)
}

/** All children with this tag. */
export function children(node: BinaryNode | undefined, tag: string): BinaryNode[] {
  return getBinaryNodeChildren(node, tag)
}

/** First child whatever its tag. */
export function firstChild(node: BinaryNode): BinaryNode | undefined {
  return Array.isArray(node.content) ? node.content[0] : undefined
}

/** Content as a copy of its bytes: what the decoder returns is a view on the whole received frame. */
export function bytesOf(node: BinaryNode | undefined): Buffer {
  const content = node?.content
  if (typeof content === 'string') return Buffer.from(content)
  if (content instanceof Uint8Array) return Buffer.from(content)
  throw new Error(`<${node?.tag ?? 'missing'}> has no bytes`)
}

/** Content as text, empty when there is none. */
export function textOf(node: BinaryNode | undefined): string {
  const content = node?.content
  if (typeof content === 'string') return content
  return content instanceof Uint8Array ? Buffer.from(content).toString('utf8') : ''
}

/** Big-endian number of any width, as Signal ids travel (3 and 4 bytes). */
export function readNumber(bytes: Uint8Array): number {
  let value = 0
  for (const byte of bytes) value = value * 256 + byte
  return value
}

/** Writes a number big-endian into `width` bytes. */
export function writeNumber(value: number, width: number): Buffer {
  const bytes = Buffer.alloc(width)
  bytes.writeUIntBE(value, 0, width)
  return bytes
}

/** Unix time in seconds, as every `t` attribute wants it. */
export function seconds(): string {
  return Math.floor(Date.now() / 1000).toString()
}

/** Id of a stanza that the server starts on its own. */
export function stanzaId(): string {
  return randomBytes(4).readUInt32BE().toString()
}

/** Message id in the form of an Android phone: 32 hex digits. */
export function messageId(): string {
  return `AC${randomBytes(15).toString('hex').toUpperCase()}`
}
