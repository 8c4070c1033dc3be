import { createRequire } from 'node:module'
import { type AuthenticationState, initAuthCreds, type SignalDataTypeMap } from 'baileys'
import { calculateSignature, verifySignature } from 'whatsapp-rust-bridge'

const keyType = Buffer.from([5])

/** The same fast signatures as the product: what is compared is then the product's work, not a curve. */
export function useFastSignatures(): void {
  const curve = createRequire(import.meta.url)('libsignal/src/curve.js')
  curve.calculateSignature = (key: Uint8Array, message: Uint8Array) =>
    Buffer.from(calculateSignature(key, message))
  curve.verifySignature = (key: Uint8Array, message: Uint8Array, signature: Uint8Array) =>
    verifySignature(key.length === 32 ? Buffer.concat([keyType, key]) : key, message, signature)
}

/** libsignal prints sessions; nobody wants to read them. */
export function silenceConsole(): void {
  for (const name of ['info', 'warn', 'error'] as const) console[name] = () => undefined
}

/** A log that keeps nothing. */
export const silentLog = {
  level: 'silent',
  child: () => silentLog,
  trace: () => undefined,
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
}

/** Keys in memory: the least that Baileys can do. */
export function memoryAuth(): AuthenticationState {
  const store = new Map<string, unknown>()
  return {
    creds: initAuthCreds(),
    keys: {
      get: async <T extends keyof SignalDataTypeMap>(type: T, ids: string[]) =>
        Object.fromEntries(
          ids.flatMap((id) =>
            store.has(`${type}|${id}`) ? [[id, store.get(`${type}|${id}`) as SignalDataTypeMap[T]]] : [],
          ),
        ),
      set: async (data) => {
        for (const [type, entries] of Object.entries(data)) {
          for (const [id, value] of Object.entries(entries ?? {})) store.set(`${type}|${id}`, value)
        }
      },
    },
  }
}
