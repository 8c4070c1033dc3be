/**
 * A key that nothing else has: an idempotency key, or the key of an element. `crypto.randomUUID` is missing on addresses
 * without https, where many open their own server.
 */
export function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}
