import { setTimeout as wait } from 'node:timers/promises'
import { inspect } from 'node:util'

/** Asks until `probe` answers something; rejects with what was waited for when time runs out. */
export async function until<T>(
  what: string,
  probe: () => Promise<T | undefined> | T | undefined,
  { timeoutMs = 30_000, everyMs = 20 } = {},
): Promise<T> {
  const deadline = performance.now() + timeoutMs
  for (;;) {
    const found = await probe()
    if (found !== undefined) return found
    if (performance.now() > deadline) throw new Error(`never seen: ${what}`)
    await wait(everyMs)
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
