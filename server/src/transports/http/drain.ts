import type { FastifyInstance } from 'fastify'
import type { Clock } from '../../platform/clock.ts'

/** Milliseconds that requests in flight have left once the server closes. */
const graceMs = 5_000

/**
 * Lets requests in flight finish, then cuts every connection. Node itself closes only connections that served a
 * request before, and would wait for one that a client opened and never used.
 */
export function drainOnClose(http: FastifyInstance, clock: Pick<Clock, 'schedule'>): void {
  let inFlight = 0
  let isClosing = false
  const cut = () => http.server.closeAllConnections()
  http.addHook('onRequest', (_request, _reply, next) => {
    inFlight += 1
    next()
  })
  http.addHook('onResponse', (_request, _reply, next) => {
    inFlight -= 1
    // After this tick: the answer's last bytes and its keep-alive bookkeeping come first.
    if (isClosing && inFlight === 0) setImmediate(cut)
    next()
  })
  http.addHook('preClose', (done) => {
    isClosing = true
    if (inFlight === 0) setImmediate(cut)
    else clock.schedule(graceMs, cut)
    done()
  })
}
