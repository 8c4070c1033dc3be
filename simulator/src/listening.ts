import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'

/** The only address the simulator listens on: nothing of it is meant for a network. */
export const loopback = '127.0.0.1'

/** Starts a server on the loopback address; rejects when the port is taken. */
export function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, loopback, () => {
      server.off('error', reject)
      resolve()
    })
  })
}

/** Stops a server and cuts what is still connected. */
export function stop(server: Server | undefined): Promise<void> {
  server?.closeAllConnections()
  return new Promise((resolve) => {
    if (server?.listening) server.close(() => resolve())
    else resolve()
  })
}

/** The port a server listens on, 0 before it does. */
export function portOf(server: Server | undefined): number {
  return (server?.address() as AddressInfo | null)?.port ?? 0
}
