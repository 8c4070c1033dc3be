import { LRUCache } from 'lru-cache'

/**
 * A cache of `max` entries at most, each good for `ttlMs` when it is given, that takes no room while it is empty. One
 * with the library's own `max` reserves its whole room at once: 400 KB and 2 ms for the caches of one session.
 */
export function createLru<V extends {}, K extends {} = string>(max: number, ttlMs?: number): LRUCache<K, V> {
  return new LRUCache<K, V>({
    maxSize: max,
    sizeCalculation: () => 1,
    ...(ttlMs === undefined ? {} : { ttl: ttlMs }),
  })
}
