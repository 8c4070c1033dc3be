import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'

/** The only address the simulator listens on: nothing of it is meant for a network. */
const loopback = '127.0.0.1'

/** Starts a server on the loopback address and tells its address; rejects when the port is taken. */
export function listen(server: Server, port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, loopback, () => {
      server.off('error', reject)
      resolve(`http://${loopback}:${(server.address() as AddressInfo).port}`)
    })
  })
}

/** Stops a server and cuts what is still connected. */
export function stop(server: Server): Promise<void> {
  server.closeAllConnections()
  return new Promise((resolve) => {
    if (server.listening) server.close(() => resolve())
    else resolve()
  })
}
