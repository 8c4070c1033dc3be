/** Codes of Node for a connection that could not be made or did not last, and for a machine that is full. */
const systemCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ENOSPC',
  'EDQUOT',
  'EMFILE',
  'ENFILE',
])
/** PostgreSQL's codes: a server that shuts down or starts, class 08, connections, and class 53, disk or memory full. */
const serverCodes = /^(57P0[1-3]|(08|53)[0-9A-Z]{3})$/
/** What the driver says where it has no code (`client.js` of pg 8, `index.js` of pg-pool 3). */
const driverSentences = [
  'Connection terminated',
  'timeout exceeded when trying to connect',
  'Client has encountered a connection error and is not queryable',
]

/** Whether something failed only because the database cannot be reached, or has no room left, at the moment. */
export function isOutage(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    const { code } = cause as { code?: unknown }
    if (typeof code === 'string' && (systemCodes.has(code) || serverCodes.test(code))) return true
    const { message } = cause
    if (driverSentences.some((sentence) => message.startsWith(sentence))) return true
  }
  return false
}
