import type { Context } from '../context.ts'
import { chatNamed } from '../groups/groups.ts'
import type { MessagesFacade } from '../messages/facade.ts'
import type { MessageInput } from '../messages/inputs.ts'
import { parse, withoutUndefined } from '../parsing.ts'
import { type } from '../people/presence.ts'
import type { ReceivedMessage } from '../records.ts'
import { type ScriptInput, type ScriptRule, type ScriptRuleInput, scriptSchema } from './inputs.ts'
import { type Match, scriptOf, setScript } from './model.ts'

/** A rule of a running script. */
export type ScriptState = { rule: ScriptRule; answered: number }[]

/** Phones that answer by rules. */
export class ScriptsFacade {
  readonly #context: Context
  readonly #messages: MessagesFacade

  constructor(context: Context, messages: MessagesFacade) {
    this.#context = context
    this.#messages = messages
  }

  /** The phone answers by these rules, in place of those it had; the first that fits decides. */
  set(phone: string, rules: ScriptRuleInput[]): ScriptState {
    const account = this.#context.account(phone)
    const script = parse(scriptSchema, { rules } satisfies ScriptInput)
    setScript(account, script.rules, (message, match) => this.#answer(account.phone, message, match))
    return this.of(phone)
  }

  /** The rules of a phone and how often each answered. */
  of(phone: string): ScriptState {
    return [...scriptOf(this.#context.account(phone))]
  }

  #type(phone: string, chat: string): void {
    type(this.#context.account(phone), chatNamed(this.#context, chat), 'composing')
  }

  #answer(phone: string, message: ReceivedMessage, { running, found }: Match): void {
    const { rule } = running
    const { world } = this.#context
    if (!rule.answer || !/@(c|g)\.us$/.test(message.chat)) return
    const content = contentOf(rule.answer, message, found)
    const waitMs = Math.max(rule.afterMs ?? 0, rule.typingMs ?? 0)
    if (rule.typingMs) {
      world.after(waitMs - rule.typingMs, () => this.#type(phone, message.chat))
    }
    // Never at once: the message that is answered is still on its way to other devices.
    world.after(Math.max(waitMs, 1), () => {
      this.#messages
        .send(phone, { ...content, to: message.chat })
        .catch((cause) => world.problem(`the script of ${phone}`, cause))
    })
  }
}

function contentOf(
  { quote, reaction, vote, text, ...content }: NonNullable<ScriptRule['answer']>,
  message: ReceivedMessage,
  found: readonly (string | undefined)[],
): Omit<MessageInput, 'to'> {
  const filled = text?.replace(/\$(\d)/g, (_, group) => found[Number(group)] ?? '')
  return withoutUndefined({
    ...content,
    text: filled,
    quoted: quote ? message.id : content.quoted,
    reaction: reaction && { ...reaction, message: message.id },
    vote: vote && { ...vote, poll: message.id },
  })
}
