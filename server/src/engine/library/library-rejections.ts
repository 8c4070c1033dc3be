import { EventEmitter } from 'node:events'
import type { WASocket } from 'baileys'
import type { Logger } from 'pino'
import { errorCode } from './library-log.ts'

const guarded = Symbol.for('moltflow.rejection-guard')
const rejection = Symbol.for('nodejs.rejection')
/** Where the library's own functions are, in a line of a stack. */
const libraryFrame = /node_modules[\\/]baileys[\\/]/
/** Baileys' `DisconnectReason.connectionClosed`: what it wanted to send found no connection any more. */
const connectionClosed = 428

/**
 * Makes a socket whose asynchronous listeners may fail. The library answers stanzas in listeners that nobody waits for
 * (`Socket/socket.js`, `groups.js`, `messages-recv.js` of Baileys 7): a connection that closes between a stanza and its
 * answer would end the process, with every other session in it. What was asked comes again with the next connection.
 */
export function captureRejections(make: () => WASocket, log: Logger): WASocket {
  const before = EventEmitter.captureRejections
  EventEmitter.captureRejections = true
  let socket: WASocket
  try {
    socket = make()
  } finally {
    EventEmitter.captureRejections = before
  }
  const handler = { [rejection]: (error: unknown) => logRejection(log, error) }
  Object.assign(socket.ws, handler)
  // The emitter of the library's events shows itself only as what `on` returns.
  Object.assign(socket.ev.on('connection.update', () => {}) as unknown as EventEmitter, handler)
  return socket
}

/**
 * Keeps the process alive when a promise of the library fails that nobody waits for, in a timer for instance, where a
 * socket's own guard does not reach. Any other such promise ends the process, as Node does without this.
 */
export function surviveLibraryRejections(log: Logger): void {
  const target: NodeJS.Process & { [guarded]?: true } = process
  if (target[guarded] === true) return
  target[guarded] = true
  target.on('unhandledRejection', (reason: unknown) => {
    if (!(reason instanceof Error && libraryFrame.test(reason.stack ?? ''))) throw reason
    logRejection(log, reason)
  })
}

function logRejection(log: Logger, error: unknown): void {
  const code = errorCode(error)
  const level = code === connectionClosed ? 'debug' : 'warn'
  log[level]({ code }, 'whatsapp library: nobody waited for what failed')
}
