import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer, type Server } from 'node:https'
import { type FaultKind, faultsOf, type StandingFault } from '../faults/model.ts'
import { Group } from '../groups/model.ts'
import { listen, portOf, stop } from '../listening.ts'
import type { World } from '../world.ts'
import { mediaCertificate } from './certificate.ts'
import { sha256 } from './crypto.ts'
import { MediaStore, mediaOf, type StoredFile } from './store.ts'
import { send, sendError } from './transfer.ts'

/** Largest file that is taken, as `media_conn` tells clients. */
export const maxUploadBytes = 100 * 1024 * 1024

/** Files of channels go under `newsletter` (source: `rawUpload` of whatsmeow); Baileys puts them beside the others. */
const uploadPath = /^\/(mms|product|pps|newsletter)\/[a-z-]+\/([\w-]{43})$/

/** Serves the files of a world over https on the loopback address. */
export class MediaServer {
  /** The files; they outlive no reset, their address does. */
  readonly store = new MediaStore()
  readonly #world: () => World
  #server: Server | undefined
  /** The certificate that clients have to trust, as PEM. Empty before it listens. */
  certificate = ''

  constructor(world: () => World) {
    this.#world = world
  }

  /** Starts on a port, or with `orAnother` on any free one when it is taken, and records where. */
  async listen(port = 0, orAnother = false): Promise<void> {
    const { key, certificate } = await mediaCertificate()
    this.certificate = certificate
    this.#server = createServer({ key, cert: certificate }, (request, response) => {
      this.#answer(request, response).catch((cause: unknown) => {
        this.#world().problem('media server', cause)
        response.destroy()
      })
    })
    try {
      await listen(this.#server, port)
    } catch (cause) {
      if (!orAnother || (cause as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw cause
      await listen(this.#server, 0)
    }
    this.store.host = `localhost:${portOf(this.#server)}`
  }

  get port(): number {
    return portOf(this.#server)
  }

  /** Cuts all transfers and stops. */
  close(): Promise<void> {
    return stop(this.#server)
  }

  /** The plain HTTP side of the WebSocket's port: the certificate of the media server, and nothing else. */
  answerPlain(request: IncomingMessage, response: ServerResponse): void {
    if (request.url !== '/media-ca.pem') {
      response.writeHead(426).end()
      return
    }
    response.writeHead(200, { 'content-type': 'application/x-pem-file' }).end(this.certificate)
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const world = this.#world()
    const url = new URL(request.url ?? '/', 'https://localhost')
    if (request.method === 'POST') await receiveUpload(world, url, request, response)
    else if (request.method === 'GET' || request.method === 'HEAD') serve(world, url, request, response)
    else sendError(response, 405, 'only GET, HEAD and POST')
  }
}

/** A client uploads a file under its checksum: `POST /mms/<kind>/<base64url of SHA-256>?auth=&token=`. */
async function receiveUpload(
  world: World,
  url: URL,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  // The whole body is read even when it is refused, else a client that still sends sees a broken connection.
  const body = await readBody(request)
  const [, prefix, checksum] = uploadPath.exec(url.pathname) ?? []
  if (!checksum) return sendError(response, 404, 'there is no such path')
  const phone = mediaOf(world).phoneOf(url.searchParams.get('auth') ?? '')
  if (!phone) return sendError(response, 401, 'auth is not valid')
  const refused = faultsOf(world).take('upload_refused', phone)
  if (refused) return sendError(response, refused.code ?? 503, 'the upload is refused')
  if (!body) return sendError(response, 413, `a file has at most ${maxUploadBytes} bytes`)
  if (sha256(body).toString('base64url') !== checksum) {
    return sendError(response, 400, 'the checksum in the path is not that of the file')
  }
  const path = mediaOf(world).put(body, phone)
  const slow = faultsOf(world).take('media_slow', phone)
  const waitMs = slow?.bytesPerSecond ? (body.length / slow.bytesPerSecond) * 1000 : 0
  // A channel post names its file by this beside the path.
  const handle = prefix === 'newsletter' ? { handle: `handle-${checksum}` } : {}
  const answer = JSON.stringify({ url: mediaOf(world).urlOf(path), direct_path: path, ...handle })
  world.after(waitMs, () => response.writeHead(200, { 'content-type': 'application/json' }).end(answer))
}

/** The whole body, undefined when it is too long. */
async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request) {
    size += (chunk as Buffer).length
    if (size <= maxUploadBytes) chunks.push(chunk as Buffer)
    else chunks.length = 0
  }
  return size <= maxUploadBytes ? Buffer.concat(chunks) : undefined
}

function serve(world: World, url: URL, request: IncomingMessage, response: ServerResponse): void {
  const file = mediaOf(world).find(url.pathname)
  if (!file) return sendError(response, 404, 'there is no such file')
  const gone = file.isRenewed ? undefined : takeFor(world, 'media_gone', file)
  if (gone) file.isGone = true
  if (file.isGone) return sendError(response, gone?.code ?? 410, 'the file is gone')
  const slow = takeFor(world, 'media_slow', file)
  send(world, request, response, {
    bytes: file.bytes,
    isCorrupt: takeFor(world, 'media_corrupt', file) !== undefined,
    isCut: takeFor(world, 'media_truncated', file) !== undefined,
    ...(slow?.bytesPerSecond && { bytesPerSecond: slow.bytesPerSecond }),
  })
}

/** A fault that concerns who sent the file or who gets it. */
function takeFor(world: World, kind: FaultKind, file: StoredFile): StandingFault | undefined {
  const { by, chat } = file
  const concerns = (phone: string) =>
    phone === by ||
    (chat instanceof Group
      ? [...chat.members.keys()].some((member) => member.phone === phone)
      : chat?.phone === phone)
  const fault = faultsOf(world)
    .list()
    .find((one) => one.kind === kind && (one.phone === undefined || concerns(one.phone)))
  return fault && faultsOf(world).take(kind, fault.phone)
}
