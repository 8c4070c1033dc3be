import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import aws4 from 'aws4'
import type { BucketSettings } from '../src/platform/files/bucket.ts'

/** A bucket that checks signatures with another implementation than the product's. */
export interface BucketServer extends AsyncDisposable {
  settings: BucketSettings
  /** What it keeps, by path. */
  objects: Map<string, Buffer>
  /** Answers the next requests with this status. */
  failNext(status: number, count: number): void
  close(): Promise<void>
}

const keys = { accessKeyId: 'AKIATEST', secretAccessKey: 'a secret/of+the bucket' }
const region = 'eu-test-1'

/** Whether the request carries the signature that its own headers and the secret give. */
function isSigned(request: IncomingMessage): boolean {
  const { authorization = '', host = '' } = request.headers
  const names = /SignedHeaders=([^,]+)/.exec(authorization)?.[1]?.split(';') ?? []
  const headers = Object.fromEntries(names.map((name) => [name, String(request.headers[name] ?? '')]))
  const expected = aws4.sign(
    { service: 's3', region, method: request.method ?? '', host, path: request.url ?? '', headers },
    keys,
  )
  return expected.headers['Authorization'] === authorization
}

function serveRange(object: Buffer, range: string | undefined, response: ServerResponse): void {
  const match = /^bytes=(\d+)-(\d+)$/.exec(range ?? '')
  if (match === null) {
    response.writeHead(200).end(object)
    return
  }
  const [start, end] = [Number(match[1]), Number(match[2])]
  response.writeHead(206, { 'content-range': `bytes ${start}-${end}/${object.length}` })
  response.end(object.subarray(start, end + 1))
}

function serveObject(
  objects: Map<string, Buffer>,
  { method, url = '', headers }: IncomingMessage,
  body: Buffer,
  response: ServerResponse,
): void {
  const object = objects.get(url)
  if (method === 'PUT') {
    const isWhole = body.length === Number(headers['content-length'])
    if (isWhole) objects.set(url, body)
    response.writeHead(isWhole ? 200 : 400).end()
  } else if (method === 'DELETE') {
    objects.delete(url)
    response.writeHead(204).end()
  } else if (object === undefined) {
    response.writeHead(404).end()
  } else {
    serveRange(object, headers.range, response)
  }
}

/** Starts it on a free port. */
export async function openBucketServer(): Promise<BucketServer> {
  const objects = new Map<string, Buffer>()
  let failure = { status: 0, count: 0 }
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = Buffer.concat(await request.toArray())
    if (failure.count > 0) {
      failure.count -= 1
      response.writeHead(failure.status).end()
    } else if (!isSigned(request)) {
      response.writeHead(403).end('SignatureDoesNotMatch')
    } else {
      serveObject(objects, request, body, response)
    }
  }
  const server = createServer((request, response) => {
    handle(request, response).catch(() => response.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const close = async () => {
    server.closeAllConnections()
    server.close()
    await once(server, 'close')
  }
  return {
    settings: { endpoint: `http://127.0.0.1:${port}`, name: 'media-bucket', region, ...keys },
    objects,
    failNext(status, count) {
      failure = { status, count }
    },
    close,
    [Symbol.asyncDispose]: close,
  }
}
