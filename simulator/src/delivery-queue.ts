import type { BinaryNode } from 'baileys'
import type { Connection } from './connection.ts'
import { stanza } from './stanza.ts'

/** A stanza that waits; `earlier` counts the copies before it whose acks are still to come on this connection. */
type Entry = { node: BinaryNode; earlier: number }

const queued = new Set(['message', 'receipt', 'notification', 'call'])

function keyOf(node: BinaryNode): string {
  const { id, type, participant } = node.attrs
  return node.tag === 'receipt' ? receiptKey(id, type, participant) : `${node.tag}|${id}`
}

const receiptKey = (id?: string, type?: string, participant?: string) =>
  `receipt|${id}|${type ?? ''}|${participant ?? ''}`

/**
 * What the server holds for one linked device. A stanza stays until the client acknowledges it, so a client
 * that dies between receiving and acknowledging gets it again at its next login.
 */
export class DeliveryQueue {
  readonly #pending = new Map<string, Entry>()
  #connection: Connection | undefined

  /** Stanzas that are not acknowledged yet. */
  get size(): number {
    return this.#pending.size
  }

  /** What waits, to save and to restore. */
  saved(): Map<string, Entry> {
    return this.#pending
  }

  restore(pending: ReadonlyMap<string, Entry>): void {
    for (const [key, entry] of pending) this.#pending.set(key, entry)
  }

  /** Sends at once when the device is there, and keeps it until it is acknowledged. */
  add(node: BinaryNode): void {
    if (queued.has(node.tag)) {
      const key = keyOf(node)
      const previous = this.#pending.get(key)
      // What comes again under the same id goes to the end. The client answers the first copy after it caused the new
      // one, so that many refusals of a message, and acks of a request to send something again, do not concern it.
      if (previous) this.#pending.delete(key)
      const earlier = previous && this.#connection ? previous.earlier + 1 : 0
      this.#pending.set(key, { node, earlier })
    }
    this.#connection?.send(node)
  }

  /**
   * The client said that it is active: everything pending goes out, marked as offline, and then the marker
   * that ends it. Without the marker a client keeps buffering its events.
   */
  open(connection: Connection): void {
    this.#connection = connection
    connection.isActive = true
    const count = this.#pending.size
    if (count) {
      const tally = { message: 0, notification: 0, receipt: 0, appdata: 0, call: 0 }
      for (const { node } of this.#pending.values()) tally[node.tag as keyof typeof tally]++
      connection.send(stanza('ib', {}, [stanza('offline_preview', { count, ...tally })]))
    }
    let position = 0
    for (const entry of this.#pending.values()) {
      const { node } = entry
      entry.earlier = 0
      connection.send({ ...node, attrs: { ...node.attrs, offline: String(position++) } })
    }
    connection.send(stanza('ib', {}, [stanza('offline', { count })]))
  }

  /** A connection is not deaf any more: what it missed goes out now. */
  reopen(connection: Connection): void {
    this.#connection = connection
    for (const { node } of this.#pending.values()) connection.send(node)
  }

  /** The connection is gone: from now on stanzas wait. */
  close(connection: Connection): void {
    if (this.#connection === connection) this.#connection = undefined
  }

  /** The client acknowledged with an `<ack>`; `error` means that it could not use the stanza. */
  acknowledge({ attrs }: BinaryNode): void {
    const { id, type, participant } = attrs
    const isReceipt = attrs.class === 'receipt'
    const key = isReceipt ? receiptKey(id, type, participant) : `${attrs.class}|${id}`
    const entry = this.#pending.get(key)
    if (entry && entry.earlier > 0 && (isReceipt || attrs.error)) entry.earlier--
    else this.#pending.delete(key)
  }

  /** The client sent a receipt for messages, which acknowledges them as well. */
  acknowledgeMessages(ids: readonly string[]): void {
    for (const id of ids) this.#pending.delete(`message|${id}`)
  }
}
