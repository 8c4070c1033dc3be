import { createServer, type Server } from 'node:http'
import { WebSocketServer } from 'ws'
import { Actions } from './actions.ts'
import { Connection } from './connection.ts'
import { createServerCertificate, type ServerCertificate } from './encryption/certificates.ts'
import type { KeyPair } from './encryption/keys.ts'
import { SimulatorError } from './errors.ts'
import { login } from './linking/login.ts'
import { listen, loopback, portOf, stop } from './listening.ts'
import { MediaServer } from './media/server.ts'
import { useMediaStore } from './media/store.ts'
import { readSnapshot, writeSnapshot } from './persistence/file.ts'
import { restoreSnapshot, type Snapshot, takeSnapshot } from './persistence/snapshot.ts'
import { receiveStanza } from './router.ts'
import { World } from './world.ts'
import { describeWorld, type WorldState } from './world-state.ts'

/** How a simulator is started. Ports of 0 (the default) take any free one; delays are in milliseconds. */
export type SimulatorOptions = {
  port?: number
  controlPort?: number
  /** Root of the server certificate, to try what a client does with a wrong one. */
  root?: KeyPair
  /** Write problems to standard error. */
  log?: boolean
  /** Port of the media server. */
  mediaPort?: number
  /** File in which the world is kept: read at the start if it is there, written at the end. */
  state?: string
  deliveryMs?: number
  readMs?: number
}

const maxFrameBytes = 64 * 1024 * 1024

/** A running WhatsApp that is not WhatsApp. Start one with `createSimulator`. */
export class Simulator extends Actions implements AsyncDisposable {
  readonly #certificate: ServerCertificate
  readonly #options: SimulatorOptions
  readonly #http: Server = createServer((request, response) => this.#media.answerPlain(request, response))
  readonly #sockets = new WebSocketServer({ server: this.#http, maxPayload: maxFrameBytes })
  readonly #media = new MediaServer(() => this.#world)
  #world: World
  #control: Server | undefined

  constructor(options: SimulatorOptions) {
    super()
    this.#options = options
    this.#certificate = createServerCertificate(options.root)
    this.#world = this.#newWorld()
    this.#sockets.on('connection', (socket) => this.#connect(socket))
  }

  /** Starts listening; `control` serves the control API. */
  async listen(control: Server): Promise<void> {
    this.#control = control
    const saved = this.#options.state === undefined ? undefined : await readSnapshot(this.#options.state)
    // Messages name the port of their files, so a world that comes back wants the one it had.
    await this.#media.listen(this.#options.mediaPort || saved?.mediaPort || 0, saved !== undefined)
    if (saved) this.#restore(saved)
    await listen(this.#http, this.#options.port ?? 0)
    await listen(control, this.#options.controlPort ?? 0)
  }

  /** Where clients connect. */
  get url(): string {
    return `ws://${loopback}:${portOf(this.#http)}`
  }

  /** Where the control API is. */
  get controlUrl(): string {
    return `http://${loopback}:${portOf(this.#control)}`
  }

  /** The 32 bytes that a client has to pin as root. */
  get rootPublicKey(): Uint8Array {
    return this.#certificate.root.public
  }

  /** Where the media server is: name and port. */
  get mediaHost(): string {
    return this.#media.store.host
  }

  /** Certificate of the media server, as PEM; `GET /media-ca.pem` at the clients' port tells it as well. */
  get mediaCertificate(): string {
    return this.#media.certificate
  }

  /** Cuts all connections and stops listening. */
  async close(): Promise<void> {
    this.#world.end()
    for (const socket of this.#sockets.clients) socket.terminate()
    try {
      if (this.#options.state !== undefined) await this.save()
    } finally {
      await Promise.all([stop(this.#http), stop(this.#control), this.#media.close()])
    }
  }

  /** Writes the world to a file, the one that it is kept in unless said. */
  async save(file = this.#options.state): Promise<{ file: string }> {
    if (file === undefined) throw new SimulatorError(409, 'the simulator was started without a state file')
    const world = this.#world
    // What is on its way is done first, so that sessions and queues say the same.
    await Promise.all([...world.accounts.values()].map((account) => account.inOrder(async () => undefined)))
    await writeSnapshot(file, { ...takeSnapshot(world), mediaPort: this.#media.port })
    return { file }
  }

  /** Puts the world of a file in the place of this one; every connection is cut. */
  async load(file: string): Promise<void> {
    const saved = await readSnapshot(file)
    if (!saved) throw new SimulatorError(404, `there is no file ${file}`, 'file')
    this.reset()
    this.#restore(saved)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  protected get world(): World {
    return this.#world
  }

  /** Everything, as JSON. */
  state(): WorldState {
    return describeWorld(this.#world)
  }

  /** A new world: nobody has an account, and every connection is cut. */
  reset(): void {
    this.#world.end()
    this.#media.store.clear()
    this.#world = this.#newWorld()
  }

  #restore(saved: Snapshot): void {
    restoreSnapshot(this.#world, saved, (phone, rules) => this.script(phone, rules))
  }

  #newWorld(): World {
    const { deliveryMs = 250, readMs = 500, log } = this.#options
    const world = new World({ mode: 'read', deliveryMs, readMs }, this.emitter, (what, cause) => {
      if (log) process.stderr.write(`${what}${cause instanceof Error ? `: ${cause.message}` : ''}\n`)
    })
    useMediaStore(world, this.#media.store)
    return world
  }

  #connect(socket: ConstructorParameters<typeof Connection>[0]): void {
    const world = this.#world
    const connection = new Connection(socket, this.#certificate, {
      login: (self, payload) => login(world, self, payload),
      receive: (self, node) => receiveStanza(world, self, node),
      close: (self) => disconnect(world, self),
      problem: (what, cause) => world.problem(what, cause),
    })
    world.connections.add(connection)
  }
}

function disconnect(world: World, connection: Connection): void {
  world.connections.delete(connection)
  for (const reference of connection.references) world.references.delete(reference)
  if (connection.link && world.links.get(connection.link.phone) === connection) {
    world.links.delete(connection.link.phone)
  }
  const { companion } = connection
  companion?.queue.close(connection)
  if (companion?.connection !== connection) return
  companion.connection = undefined
  for (const account of world.accounts.values()) account.presenceSubscribers.delete(companion)
}
