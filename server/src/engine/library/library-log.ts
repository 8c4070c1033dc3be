import type { SocketConfig } from 'baileys'
import type { Logger } from 'pino'

type LibraryLogger = SocketConfig['logger']

const noop = (): void => {}

/** Sees what the library traces; it is never printed. */
export type TraceListener = (traced: unknown) => void

/**
 * A logger for the library that passes on its warnings and errors as sentences only: its objects carry stanzas,
 * addresses and keys, and its sentences may name addresses, whose digits are masked.
 */
export function createLibraryLog(log: Logger, onTrace: TraceListener = noop): LibraryLogger {
  const pass = (level: 'debug' | 'warn') => (first: unknown, message?: string) => {
    const text = message ?? (typeof first === 'string' ? first : 'library message without text')
    log[level]({ code: codeOf(first) }, `whatsapp library: ${maskDigits(text)}`)
  }
  const logger: LibraryLogger = {
    level: 'silent',
    child: () => logger,
    trace: onTrace,
    debug: noop,
    info: noop,
    // What the library calls an error is mostly a lost connection or an old message: the session tells what counts.
    warn: pass('debug'),
    error: pass('warn'),
  }
  return logger
}

/** Digits of addresses and ids out of a sentence. */
export function maskDigits(text: string): string {
  return text.replace(/\d{5,}/g, '#').slice(0, 300)
}

/** The status code or name of an error inside a library log object; nothing else of it is safe to print. */
function codeOf(value: unknown): string | number | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const fields = value as Record<string, unknown>
  return errorCode(fields.err ?? fields.error ?? fields.e ?? value)
}

/** The status code of a library's error, or its sentence with its digits masked. */
export function errorCode(error: unknown): string | number | undefined {
  if (!(error instanceof Error)) return undefined
  const output = (error as { output?: { statusCode?: unknown } }).output
  return typeof output?.statusCode === 'number' ? output.statusCode : maskDigits(error.message)
}
