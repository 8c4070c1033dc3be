import {
  type Bindings,
  type DestinationStream,
  type LogFn,
  type Logger,
  type LoggerOptions,
  pino,
} from 'pino'

/** How the process logs. */
export interface LogOptions {
  level: string
  /** Where the lines go; default stdout. */
  destination?: DestinationStream
}

/**
 * Keys whose values never reach a log: credentials, and what belongs to the people who write. Compared
 * without case, `-` and `_`.
 */
const secretKeys = new Set(
  [
    ...[
      'authorization',
      'xApiKey',
      'apiKey',
      'cookie',
      'setCookie',
      'password',
      'token',
      'accessToken',
      'refreshToken',
    ],
    ...['secret', 'secretKey', 'key', 'otp', 'qr', 'pairingCode', 'privateKey', 'signature'],
    ...['phone', 'phoneNumber', 'jid', 'lid', 'chatId', 'email', 'pushName', 'contactName'],
    ...['text', 'body', 'caption', 'content', 'message', 'params', 'payload', 'detail'],
  ].map(simplify),
)
const replacement = '[redacted]'
const deepest = 6

/** The process's logger: JSON lines without secrets, phone numbers or message text. */
export function createLog(options: LogOptions): Logger {
  const settings = {
    level: options.level,
    base: { pid: process.pid },
    formatters: {
      level: (label: string) => ({ level: label }),
      log: (entry: Record<string, unknown>) => redact(entry, 0) as Record<string, unknown>,
    },
    // Errors are already described when the serialiser sees them.
    serializers: { err: (described: unknown) => described },
    hooks: {
      logMethod(this: Logger, input: Parameters<LogFn>, method: LogFn) {
        const [first, ...rest] = input as unknown[]
        const entry = first instanceof Error ? { err: first } : first
        const error = typeof entry === 'object' && entry !== null && 'err' in entry ? entry.err : undefined
        // Without words of its own a line would get the error's message as it is.
        const words = rest.length === 0 && error instanceof Error ? [withoutValues(error.message)] : rest
        method.apply(this, [entry, ...words] as Parameters<LogFn>)
      },
    },
  } satisfies LoggerOptions
  const log = options.destination === undefined ? pino(settings) : pino(settings, options.destination)
  // What children carry does not pass through the formatters; children of children inherit this method.
  const child = log.child
  log.child = function redactedChild(this: Logger, bindings: Bindings, ...rest: unknown[]) {
    return child.call(this, redact(bindings, 0) as Bindings, ...(rest as []))
  } as Logger['child']
  return log
}

function simplify(key: string): string {
  return key.toLowerCase().replaceAll(/[-_]/g, '')
}

function redact(value: unknown, depth: number): unknown {
  if (value instanceof Error) return describeError(value, depth)
  if (typeof value !== 'object' || value === null) return value
  if (value instanceof Date) return value
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`
  if (depth >= deepest) return '[deep]'
  if (Array.isArray(value)) return value.slice(0, 100).map((item) => redact(item, depth + 1))
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key,
      hides(key, item) ? replacement : redact(item, depth + 1),
    ]),
  )
}

/** Numbers and booleans under such a key (a count, a flag) say nothing about anybody. */
function hides(key: string, item: unknown): boolean {
  return secretKeys.has(simplify(key)) && item !== null && item !== undefined && typeof item !== 'boolean'
}

/** Message, code and stack, but never a query's values: those are phone numbers and message text. */
function describeError(error: Error, depth: number): Record<string, unknown> {
  const { code, status, cause } = error as Error & { code?: unknown; status?: unknown }
  return {
    type: error.name,
    message: withoutValues(error.message),
    ...(code === undefined ? {} : { code }),
    ...(status === undefined ? {} : { status }),
    stack: withoutValues(error.stack ?? ''),
    ...(cause === undefined || depth >= deepest ? {} : { cause: redact(cause, depth + 1) }),
  }
}

/** A failed query's message carries its parameters after this word. */
function withoutValues(text: string): string {
  return text.replace(/\nparams: [\s\S]*?(?=\n {4}at |$)/, '\nparams: [redacted]')
}
