/** How each line begins that libsignal 6 prints itself; several carry whole sessions with their keys. */
const libraryLines = [
  'Closing session:',
  'Opening session:',
  'Removing old closed session:',
  'Session already closed',
  'Session already open',
  'Migrating session to:',
  'V1 session storage migration error',
  'Closing open session in favor of incoming prekey bundle',
  'Decrypted message with closed session.',
  'Failed to decrypt message with any known session...',
  'Session error:',
  'WARNING: Expected pubkey of length 33',
  'Unhandled bucket type',
] as const

const guarded = Symbol.for('moltflow.console-guard')

/**
 * Keeps libsignal's own console output from being printed: it contains session keys, and the library has no
 * switch for it. Everything else passes.
 */
export function silenceLibraryConsole(target: Console & { [guarded]?: true } = console): void {
  if (target[guarded] === true) return
  target[guarded] = true
  for (const method of ['info', 'warn', 'error', 'log', 'debug'] as const) {
    const print = target[method]
    target[method] = (...values: unknown[]) => {
      if (!isLibraryLine(values)) print.apply(target, values)
    }
  }
}

function isLibraryLine(values: readonly unknown[]): boolean {
  const [first] = values
  if (typeof first === 'string' && libraryLines.some((line) => first.startsWith(line))) return true
  return values.some((value) => typeof value === 'object' && value !== null && 'currentRatchet' in value)
}
