import type { BaileysEventMap, BinaryNode } from 'baileys'
import { createLru } from '../../platform/lru.ts'
import type { CallUpdate } from '../events.ts'
import type { Arrival } from '../inbound/inbox.ts'
import { parseJid, personOf } from '../library/jids.ts'
import type { UpdateContext } from './update-context.ts'

type Call = BaileysEventMap['call'][number]

/** Calls, as they ring and as they end. */
export class CallReader {
  readonly #reasons = createLru<string>(200, 3_600_000)
  /** Calls that ring or were answered, and whether they were: what ends without an answer was missed. */
  readonly #open = createLru<{ offer: Call; isAnswered: boolean }>(200, 3_600_000)

  /** Why a call ended: taken or declined on another device of the account (`call.go` of whatsmeow). */
  recordStanza({ content }: BinaryNode): void {
    const step = Array.isArray(content) ? content[0] : undefined
    const id = step?.attrs['call-id']
    if (step?.tag === 'terminate' && id !== undefined) this.#reasons.set(id, step.attrs.reason ?? '')
  }

  /** Address of whoever makes a call, as WhatsApp names them. */
  callerOf(callId: string): string | undefined {
    return this.#open.get(callId)?.offer.from
  }

  /** Call events of the library; steps of the connection between two phones are left out. */
  async read(calls: readonly Call[], context: UpdateContext): Promise<Arrival | undefined> {
    const updates: CallUpdate[] = []
    for (const call of calls) {
      const update = await this.#readOne(call, context)
      if (update !== undefined) updates.push(update)
    }
    return updates.length === 0 ? undefined : { calls: updates }
  }

  async #readOne(call: Call, context: UpdateContext): Promise<CallUpdate | undefined> {
    const status = this.#statusOf(call)
    if (status === undefined) return undefined
    const { tenantId, sessionId, addresses } = context
    const known = this.#open.get(call.id)
    if (status === 'ringing') this.#open.set(call.id, { offer: call, isAnswered: false })
    else if (status === 'accepted') this.#open.set(call.id, { offer: known?.offer ?? call, isAnswered: true })
    else this.#open.delete(call.id)
    const offer = known?.offer ?? call
    // Whoever ends a call may be the other side of it, and an own device that answers is not the caller.
    const caller = await addresses.complete(personOf([offer.from, offer.callerPn, offer.chatId], null))
    await addresses.chatIdOf(caller)
    const group = parseJid(offer.groupJid)
    return {
      tenantId,
      sessionId,
      callId: call.id,
      caller,
      groupId: group.kind === 'group' ? group.chatId : null,
      isVideo: offer.isVideo === true,
      status,
      isOffline: call.offline,
      at: call.date,
    }
  }

  #statusOf({ id, status }: Call): CallUpdate['status'] | undefined {
    switch (status) {
      case 'offer':
        return 'ringing'
      case 'accept':
        return 'accepted'
      case 'reject':
        return 'rejected'
      case 'timeout':
        return 'missed'
      case 'terminate':
        return this.#finalStatusOf(id)
      default:
        return undefined
    }
  }

  #finalStatusOf(id: string): CallUpdate['status'] {
    const reason = this.#reasons.get(id)
    if (reason === 'accepted_elsewhere') return 'accepted'
    if (reason === 'rejected_elsewhere') return 'rejected'
    return this.#open.get(id)?.isAnswered === false ? 'missed' : 'ended'
  }
}
