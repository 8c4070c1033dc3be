import { setTimeout as wait } from 'node:timers/promises'
import type { Context } from '../context.ts'
import type { MessagesFacade } from '../messages/facade.ts'
import { parse } from '../parsing.ts'
import { type BurstInput, burstSchema } from './inputs.ts'

/** Many texts at a steady rate, without a call of the control API for each: load for measurements. */
export class BurstsFacade {
  readonly #context: Context
  readonly #messages: MessagesFacade

  constructor(context: Context, messages: MessagesFacade) {
    this.#context = context
    this.#messages = messages
  }

  /**
   * `count` texts from these people in turn, numbered from 0; as fast as they can be made without `perSecond`. Resolves
   * when the last is on its way. Rejects with 404 or 422 when somebody or the chat is not there.
   */
  async send(input: BurstInput): Promise<{ sent: number; ms: number }> {
    const { to, from, count, perSecond, text = 'burst' } = parse(burstSchema, input)
    const { world } = this.#context
    const startedMs = performance.now()
    let sent = 0
    for (; sent < count && this.#context.world === world; sent++) {
      const dueMs = perSecond === undefined ? 0 : startedMs + (sent * 1000) / perSecond
      const aheadMs = dueMs - performance.now()
      if (aheadMs >= 1) await wait(aheadMs)
      const who = from[sent % from.length] as string
      const draft = { text: `${text} ${sent}` }
      if (to.endsWith('@g.us')) await this.#messages.sendToGroup(to, { from: who, ...draft })
      else await this.#messages.send(who, { to, ...draft })
    }
    return { sent, ms: performance.now() - startedMs }
  }
}
