import { setTimeout as wait } from 'node:timers/promises'

/** Asks until `probe` answers something; rejects with what was waited for when time runs out. */
export async function until<T>(
  what: string,
  probe: () => Promise<T | undefined> | T | undefined,
  { timeoutMs = 30_000, everyMs = 50 } = {},
): Promise<T> {
  const deadline = performance.now() + timeoutMs
  for (;;) {
    const found = await probe()
    if (found !== undefined) return found
    if (performance.now() > deadline) throw new Error(`never seen: ${what}`)
    await wait(everyMs)
  }
}
