import type { Context } from '../context.ts'
import { SimulatorError } from '../errors.ts'
import { chatNamed } from '../groups/groups.ts'
import { Group } from '../groups/model.ts'
import { parse } from '../parsing.ts'
import { type CallActionInput, type CallInput, callActionSchema, callSchema } from './inputs.ts'
import { answerCall, type Call, endCall, findCall, startCall } from './model.ts'

/** Calls, of which only the signalling is there. */
export class CallsFacade {
  readonly #context: Context

  constructor(context: Context) {
    this.#context = context
  }

  /** Somebody calls a person or a group from the phone. */
  start(phone: string, input: CallInput): { id: string } {
    const { world } = this.#context
    const from = this.#context.account(phone)
    const { to, video, ringMs } = parse(callSchema, input)
    const chat = chatNamed(this.#context, to)
    if (chat === from) throw new SimulatorError(422, 'nobody calls himself', 'to')
    if (chat instanceof Group && !chat.members.has(from)) {
      throw new SimulatorError(422, `${from.phone} is not a member of ${chat.id}`, 'to')
    }
    return { id: startCall(world, from, chat, { isVideo: video ?? false, ringMs }).id }
  }

  /** Somebody picks up, declines or hangs up on the phone. */
  act(phone: string, id: string, input: CallActionInput): void {
    const { world } = this.#context
    const by = this.#context.account(phone)
    const { action } = parse(callActionSchema, input)
    const call = findCall(world, id)
    if (action !== 'end') answerCall(world, call, by, action)
    else if (isIn(call, by)) endCall(world, call, by)
    else throw new SimulatorError(422, `${by.phone} is not in the call`, 'phone')
  }
}

function isIn({ from, chat }: Call, person: Call['from']): boolean {
  return person === from || (chat instanceof Group ? chat.members.has(person) : chat === person)
}
