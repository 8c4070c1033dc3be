import type { BinaryNode } from 'baileys'
import type { Account, Companion } from '../accounts.ts'
import { SimulatorError } from '../errors.ts'
import { Group } from '../groups/model.ts'
import type { CallState } from '../records.ts'
import { messageId, seconds, stanza, stanzaId } from '../stanza.ts'
import { defineState } from '../state.ts'
import type { World } from '../world.ts'

/** A call that rings or is going on. Nobody talks: only the signalling is there. */
export type Call = {
  readonly id: string
  readonly from: Account
  /** Device of the caller that started it, 0 for the phone. */
  readonly device: number
  readonly chat: Account | Group
  readonly isVideo: boolean
  isAccepted: boolean
}

/** Calls that ring or go on, by id. */
export const callsOf = defineState<World, Map<string, Call>>(() => new Map()).of

/** Somebody calls. Linked clients of who is called ring, and their phones notice. */
export function startCall(
  world: World,
  from: Account,
  chat: Account | Group,
  options: { id?: string; device?: number; isVideo: boolean; ringMs?: number | undefined },
): Call {
  const { id = messageId(), device = 0, isVideo, ringMs } = options
  const call: Call = { id, from, device, chat, isVideo, isAccepted: false }
  callsOf(world).set(id, call)
  const media = [stanza('audio', { enc: 'opus', rate: 16_000 }), ...(isVideo ? [stanza('video')] : [])]
  const group = chat instanceof Group ? { 'group-jid': chat.id, type: 'group' } : {}
  for (const callee of calleesOf(call)) {
    signal(callee, call, stanza('offer', { ...nameOf(call), ...group, caller_pn: from.jid }, media))
    recordEvent(callee, from, call, 'offered')
  }
  if (ringMs !== undefined) {
    world.after(ringMs, () => {
      if (callsOf(world).get(id) === call && !call.isAccepted) endCall(world, call, from, 'timeout')
    })
  }
  return call
}

/** One of those who are called picks up or declines; their other devices stop ringing. */
export function answerCall(
  world: World,
  call: Call,
  by: Account,
  answer: 'accept' | 'reject',
  companion?: Companion,
): void {
  if (by === call.from || !calleesOf(call).includes(by)) {
    throw new SimulatorError(422, `${by.phone} is not called`, 'phone')
  }
  const reason = answer === 'accept' ? 'accepted_elsewhere' : 'rejected_elsewhere'
  signal(by, call, stanza('terminate', { ...nameOf(call), reason }), companion)
  signal(call.from, call, stanza(answer, nameOf(call)), undefined, by)
  recordEvent(call.from, by, call, answer === 'accept' ? 'accepted' : 'rejected')
  if (answer === 'accept') call.isAccepted = true
  else if (!(call.chat instanceof Group)) callsOf(world).delete(call.id)
}

/** The call ends for all who are in it; `timeout` says that nobody answered. */
export function endCall(
  world: World,
  call: Call,
  by: Account,
  reason?: 'timeout',
  companion?: Companion,
): void {
  callsOf(world).delete(call.id)
  for (const person of [call.from, ...calleesOf(call)]) {
    const isOther = person !== by
    // The phone that hangs up tells no client of its owner, except that it rings no more.
    if (isOther || person !== call.from) {
      signal(person, call, stanza('terminate', { ...nameOf(call), reason }), companion, by)
    }
    if (isOther) recordEvent(person, by, call, 'ended')
  }
}

/** The call with this id; 404 when it is over. */
export function findCall(world: World, id: string): Call {
  const call = callsOf(world).get(id)
  if (!call) throw new SimulatorError(404, `there is no call ${id}`, 'id')
  return call
}

function calleesOf({ chat, from }: Call): Account[] {
  if (!(chat instanceof Group)) return [chat]
  return [...chat.members.keys()].filter((member) => member !== from)
}

function nameOf({ id, from, device }: Call): Record<string, string> {
  const creator = from.addressing === 'lid' ? from.deviceLid(device) : from.deviceJid(device)
  return { 'call-id': id, 'call-creator': creator }
}

/** Passes something on to the linked clients of a person, except to the one that it comes from. */
function signal(person: Account, call: Call, what: BinaryNode, except?: Companion, by = call.from): void {
  const from = by.addressing === 'lid' ? by.lidJid : by.jid
  for (const companion of person.companions.values()) {
    if (companion === except) continue
    companion.queue.add(stanza('call', { from, id: stanzaId(), t: seconds(), notify: by.name }, [what]))
  }
}

function recordEvent(person: Account, by: Account, call: Call, state: CallState): void {
  person.events.add({
    type: 'call',
    call: call.id,
    state,
    video: call.isVideo,
    from: by.chatId,
    chat: call.chat instanceof Group ? call.chat.id : by.chatId,
    at: new Date().toISOString(),
  })
}
