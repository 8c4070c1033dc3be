import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A host on loopback with files for `media_url`; whatever it has not is 404. */
export interface MediaHost extends AsyncDisposable {
  /** How often each path was asked for. */
  asked: Map<string, number>
  url(name: string): string
}

/** Opens one with these files by name. */
export async function openMediaHost(files: Readonly<Record<string, Buffer>>): Promise<MediaHost> {
  const asked = new Map<string, number>()
  const server = createServer(({ url = '/' }, response) => {
    const name = url.slice(1)
    asked.set(name, (asked.get(name) ?? 0) + 1)
    const file = files[name]
    response.writeHead(file === undefined ? 404 : 200).end(file)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    asked,
    url: (name) => `${origin}/${name}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
    },
  }
}
