import type { BaileysEventMap } from 'baileys'
import type { Clock } from '../../platform/clock.ts'
import { createLru } from '../../platform/lru.ts'
import type { GroupReceipt, StatusUpdate } from '../events.ts'
import { parseJid, personOf } from '../library/jids.ts'
import type { Addresses } from './addresses.ts'
import { dateOfSeconds, isMessageId } from './clean.ts'
import type { Arrival, Inbox } from './inbox.ts'
import { isOwnAddress, type Recipient } from './parse-message.ts'

interface ReceiptsOptions {
  recipient(): Recipient
  addresses: Addresses
  inbox: Inbox
  clock: Clock
}

// Source: WebMessageInfo.Status of WhatsApp's protobuf.
const deliveryAck = 3
const read = 4
const played = 5
const maxReported = 5000

/** Turns receipts of others into statuses of our messages. */
export class Receipts {
  readonly #options: ReceiptsOptions
  /** Statuses that were reported of messages in groups: each member sends receipts, the first of a kind is one. */
  readonly #reported = createLru<'delivered' | 'read'>(maxReported)

  constructor(options: ReceiptsOptions) {
    this.#options = options
  }

  /** Receipts of chats of two. */
  handleUpdates(updates: BaileysEventMap['messages.update']): void {
    const known = updates.filter(
      ({ key, update }) => key.fromMe === true && statusOf(update.status) !== undefined,
    )
    if (known.length === 0) return
    this.#options.inbox.add(async (): Promise<Arrival> => {
      const statuses: StatusUpdate[] = []
      for (const update of known) {
        const status = await this.#convertUpdate(update)
        if (status !== undefined) statuses.push(status)
      }
      return { statuses }
    })
  }

  /**
   * Receipts of members of groups. A message in a group counts as delivered when it reached the first other member, and
   * as read when the first one read it; whose receipts they are is told of all of them.
   */
  handleGroupReceipts(updates: BaileysEventMap['message-receipt.update']): void {
    const { recipient, inbox, clock } = this.#options
    const { tenantId, sessionId } = recipient()
    const statuses: StatusUpdate[] = []
    const receipts: GroupReceipt[] = []
    for (const { key, receipt } of updates) {
      const chat = parseJid(key.remoteJid)
      if (chat.kind !== 'group' || !isMessageId(key.id) || key.fromMe !== true) continue
      if (isOwnAddress(parseJid(receipt.userJid), recipient())) continue
      const seconds = receipt.readTimestamp ?? receipt.playedTimestamp ?? receipt.receiptTimestamp
      const isRead = Boolean(receipt.readTimestamp ?? receipt.playedTimestamp)
      const status = isRead ? 'read' : 'delivered'
      const { chatId } = chat
      const member = personOf([receipt.userJid], null)
      receipts.push({ tenantId, sessionId, chatId, waMessageId: key.id, member, kind: status })
      const reported = this.#reported.get(key.id)
      if (reported === 'read' || reported === status) continue
      this.#reported.set(key.id, status)
      const at = Number(seconds) > 0 ? dateOfSeconds(seconds) : clock.now()
      statuses.push({ tenantId, sessionId, waMessageId: key.id, chatId, status, error: null, at })
    }
    if (receipts.length > 0) inbox.add(async () => ({ statuses, receipts: await this.#complete(receipts) }))
  }

  /** The same with both addresses of members, as far as they are known: which one a receipt has may change. */
  #complete(receipts: readonly GroupReceipt[]): Promise<GroupReceipt[]> {
    const { addresses } = this.#options
    return Promise.all(
      receipts.map(async (receipt) => ({ ...receipt, member: await addresses.complete(receipt.member) })),
    )
  }

  async #convertUpdate({
    key,
    update,
  }: BaileysEventMap['messages.update'][number]): Promise<StatusUpdate | undefined> {
    const { recipient, addresses, clock } = this.#options
    const status = statusOf(update.status)
    if (!key.remoteJid || !isMessageId(key.id) || status === undefined) return undefined
    const { tenantId, sessionId } = recipient()
    const isOwn = isOwnAddress(parseJid(key.remoteJid), recipient())
    const chatId = isOwn ? undefined : await addresses.chatIdOfJid(key.remoteJid)
    if (chatId === undefined) return undefined
    const seconds = Number(update.messageTimestamp ?? 0)
    const at = seconds > 0 ? dateOfSeconds(seconds) : clock.now()
    return { tenantId, sessionId, waMessageId: key.id, chatId, status, error: null, at }
  }
}

function statusOf(status: number | null | undefined): 'delivered' | 'read' | undefined {
  if (status === deliveryAck) return 'delivered'
  return status === read || status === played ? 'read' : undefined
}
