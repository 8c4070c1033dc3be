import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'

/** A way to a TCP server that a test can cut. */
export interface CuttableProxy extends AsyncDisposable {
  readonly port: number
  /** Ends every connection and refuses new ones. */
  cut(): Promise<void>
  /** Lets connections through again. */
  mend(): Promise<void>
  /** Sends bytes to whoever is connected, as if the server had. */
  inject(bytes: Uint8Array): void
}

/** Listens on a free loopback port and passes everything on to `target`. */
export async function startCuttableProxy(target: { host: string; port: number }): Promise<CuttableProxy> {
  const sockets = new Set<Socket>()
  const nearSockets = new Set<Socket>()
  const pass = (near: Socket) => {
    nearSockets.add(near)
    near.on('close', () => nearSockets.delete(near))
    const far = connect(target.port, target.host)
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(socket)
      socket.on('error', () => {})
      socket.on('close', () => {
        sockets.delete(socket)
        other.destroy()
      })
      socket.pipe(other)
    }
  }
  let server: Server | undefined
  const listen = async (port: number): Promise<number> => {
    server = createServer(pass).listen(port, '127.0.0.1')
    await once(server, 'listening')
    return (server.address() as { port: number }).port
  }
  const port = await listen(0)
  const cut = async () => {
    const closing = server
    server = undefined
    const closed = closing === undefined ? undefined : once(closing, 'close')
    closing?.close()
    for (const socket of sockets) socket.resetAndDestroy()
    await closed
  }
  return {
    port,
    cut,
    mend: async () => void (await listen(port)),
    inject: (bytes) => {
      for (const near of nearSockets) near.write(bytes)
    },
    [Symbol.asyncDispose]: cut,
  }
}
