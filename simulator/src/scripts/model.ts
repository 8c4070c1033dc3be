import type { Account } from '../accounts.ts'
import type { ReceivedMessage } from '../records.ts'
import { defineState } from '../state.ts'
import type { ScriptRule } from './inputs.ts'

/** A rule and how often it answered. */
export type RunningRule = { rule: ScriptRule; answered: number }

/** A rule that fits a message, and what its pattern found there. */
export type Match = { running: RunningRule; found: readonly (string | undefined)[] }

const scripts = defineState<Account, readonly RunningRule[]>(() => [])

/** Puts rules in place of those that were; none ends the script. */
export function setScript(
  account: Account,
  rules: readonly ScriptRule[],
  answer: (message: ReceivedMessage, match: Match) => void,
): void {
  const running = rules.map((rule) => ({ rule, answered: 0 }))
  scripts.set(account, running)
  const listener = (message: ReceivedMessage) => {
    const match = message.fromMe ? undefined : firstMatch(running, message)
    if (!match) return
    match.running.answered++
    answer(message, match)
  }
  account.messages.listen(rules.length ? listener : undefined)
}

/** The rules of a phone. */
export const scriptOf = scripts.of

/** The first rule that fits decides, and others keep silent. */
function firstMatch(rules: readonly RunningRule[], message: ReceivedMessage): Match | undefined {
  for (const running of rules) {
    const { rule, answered } = running
    if (rule.times !== undefined && answered >= rule.times) continue
    const found = fits(rule.when ?? {}, message)
    if (found) return { running, found }
  }
  return undefined
}

/** What the pattern found, an empty list without one, undefined when the rule does not fit. */
function fits(
  { text, kind, from, chat }: NonNullable<ScriptRule['when']>,
  message: ReceivedMessage,
): readonly (string | undefined)[] | undefined {
  if (kind !== undefined && kind !== message.kind) return undefined
  if (from !== undefined && message.from !== `${from}@c.us`) return undefined
  if (chat !== undefined && chat !== message.chat && `${chat}@c.us` !== message.chat) return undefined
  if (text === undefined) return []
  return new RegExp(text, 'iu').exec(message.text ?? message.media?.caption ?? '') ?? undefined
}
