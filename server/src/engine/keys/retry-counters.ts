import type { CacheStore } from 'baileys'
import { createLru } from '../../platform/lru.ts'
import type { SessionKeys } from './session-keys.ts'

const maxCounters = 500
const type = 'retry-counters'

/**
 * How often each message was sent again on a retry receipt. Kept with the keys, so that a message that cannot
 * be decrypted is not retried without end across restarts.
 */
export function createRetryCounters(keys: SessionKeys): CacheStore {
  const counters = createLru<number>(maxCounters)
  let loading: Promise<void> | undefined
  const load = async (): Promise<void> => {
    const stored = (await keys.read(type, ['']))[''] as [string, number][] | undefined
    for (const [key, count] of stored ?? []) if (!counters.has(key)) counters.set(key, count)
  }
  const save = (): void => keys.write(type, '', [...counters.entries()].reverse())
  return {
    get: async <T>(key: string): Promise<T> => {
      loading ??= load()
      await loading
      return counters.get(key) as T
    },
    set: (key: string, value: unknown) => {
      counters.set(key, value as number)
      save()
    },
    del: (key: string) => {
      if (counters.delete(key)) save()
    },
    flushAll: () => counters.clear(),
  }
}
