import { setTimeout as wait } from 'node:timers/promises'
import { inspect } from 'node:util'

/** A question costs whoever answers it: what takes long is asked for ever less often, a twentieth of its time apart. */
const patience = 0.05
const longestPauseMs = 500

/**
 * Asks until `probe` answers something; rejects with what was waited for when time runs out. `everyMs` is the shortest
 * pause between two questions.
 */
export async function until<T>(
  what: string,
  probe: () => Promise<T | undefined> | T | undefined,
  { timeoutMs = 30_000, everyMs = 20 } = {},
): Promise<T> {
  const beganMs = performance.now()
  for (;;) {
    const found = await probe()
    if (found !== undefined) return found
    const passedMs = performance.now() - beganMs
    if (passedMs > timeoutMs) throw new Error(`never seen: ${what}`)
    await wait(Math.max(everyMs, Math.min(passedMs * patience, longestPauseMs)))
  }
}

/** Asks until the answer is as expected; rejects with the last one when time runs out. */
export async function untilAnswer<T>(
  read: () => Promise<T>,
  isExpected: (answer: T) => boolean,
  options: { timeoutMs?: number; everyMs?: number } = {},
): Promise<T> {
  let last: T | undefined
  const probe = async (): Promise<{ answer: T } | undefined> => {
    const answer = await read()
    last = answer
    return isExpected(answer) ? { answer } : undefined
  }
  const late = (error: unknown): never => {
    throw new Error(`never as expected, last: ${inspect(last, { depth: 5 })}`, { cause: error })
  }
  return (await until('the expected answer', probe, options).catch(late)).answer
}
