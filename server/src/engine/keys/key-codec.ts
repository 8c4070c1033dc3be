import { BufferJSON, proto } from '../library/library.ts'

/** Types whose values are JSON without byte arrays: the quick way. */
const plainTypes = new Set([
  'session',
  'sender-key-memory',
  'lid-mapping',
  'device-list',
  'known-lid',
  'group',
  'history-queue',
  'app-state-read',
  'retry-counters',
  'sent-act',
  'chat-timer',
])
/** Types whose values are byte arrays. */
const byteTypes = new Set(['sender-key', 'identity-key', 'history-chunk'])

/** A value of the Signal store or the credentials as bytes. */
export function encodeKey(type: string, value: unknown): Buffer {
  if (byteTypes.has(type)) return Buffer.from(value as Uint8Array)
  if (plainTypes.has(type)) return Buffer.from(JSON.stringify(value))
  return Buffer.from(JSON.stringify(value, BufferJSON.replacer))
}

/** The value as the library wants it back. */
export function decodeKey(type: string, bytes: Buffer): unknown {
  if (byteTypes.has(type)) return bytes
  if (plainTypes.has(type)) return JSON.parse(bytes.toString())
  const value: unknown = JSON.parse(bytes.toString(), BufferJSON.reviver)
  return type === 'app-state-sync-key'
    ? proto.Message.AppStateSyncKeyData.fromObject(value as Record<string, unknown>)
    : value
}

/**
 * The value in memory of its own. Node cuts small buffers from a block of 64 KB, and a key that is kept for long would
 * keep the whole block with it.
 */
export function withOwnBytes(type: string, value: unknown): unknown {
  if (value instanceof Uint8Array) return ownBytes(value)
  if (type !== 'pre-key' || typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, part]) => [name, part instanceof Uint8Array ? ownBytes(part) : part]),
  )
}

function ownBytes(bytes: Uint8Array): Buffer {
  const own = Buffer.allocUnsafeSlow(bytes.length)
  own.set(bytes)
  return own
}

/** Whether the library may change a value it was given: such values are decoded anew for every reader. */
export function isChangedByReaders(type: string): boolean {
  return type === 'app-state-sync-version' || type === 'tctoken'
}

/** Whether values stay in the memory of all keys: groups have one of their own, the others are large or rarely asked for. */
export function isKeptInMemory(type: string): boolean {
  return type !== 'group' && type !== 'history-chunk' && type !== 'sent-act' && type !== 'chat-timer'
}
