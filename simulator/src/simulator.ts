import { EventEmitter } from 'node:events'
import { createServer, type Server } from 'node:http'
import { WebSocketServer } from 'ws'
import type { Account } from './accounts.ts'
import type { AppStateView } from './app-state/view.ts'
import { createServerCertificate, type ServerCertificate } from './certificates.ts'
import { Connection } from './connection.ts'
import { SimulatorError } from './errors.ts'
import { AppStateFacade } from './facade/app-state.ts'
import { BurstsFacade } from './facade/bursts.ts'
import { CallsFacade } from './facade/calls.ts'
import { ChannelsFacade } from './facade/channels.ts'
import { CommunitiesFacade } from './facade/communities.ts'
import { Context } from './facade/context.ts'
import { GroupsFacade } from './facade/groups.ts'
import { HistoryFacade } from './facade/history.ts'
import { LimitsFacade } from './facade/limits.ts'
import { MessagesFacade } from './facade/messages.ts'
import { StatusFacade } from './facade/status.ts'
import { applyFault, clearFaults, unlink } from './fault-effects.ts'
import { Group } from './groups.ts'
import { setHistory } from './history/history.ts'
import {
  type AccountInput,
  accountSchema,
  type PresenceInput,
  presenceSchema,
  type ReceiptsInput,
  receiptsSchema,
  type UnlinkInput,
  unlinkSchema,
} from './inputs/accounts.ts'
import type { CallActionInput, CallInput } from './inputs/calls.ts'
import { type FaultInput, faultSchema } from './inputs/faults.ts'
import type { GroupInput, MembersInput } from './inputs/groups.ts'
import type { HistoryInput } from './inputs/history.ts'
import type { LimitsInput } from './inputs/limits.ts'
import type { GroupMessageInput, MessageInput } from './inputs/messages.ts'
import type { StatusInput } from './inputs/status.ts'
import type { KeyPair } from './keys.ts'
import type { LimitsView } from './limits.ts'
import { listen, loopback, portOf, stop } from './listening.ts'
import { MediaServer } from './media/media-server.ts'
import { parse, parseSince, withoutUndefined } from './parsing.ts'
import type { ReceivedMessage, SeenEvent } from './records.ts'
import { login } from './stanzas/login.ts'
import { scanCode, typeCode } from './stanzas/pairing.ts'
import { setPresence, type } from './stanzas/presence.ts'
import { receiveStanza } from './stanzas/router.ts'
import { describeWorld, type WorldState } from './state.ts'
import { untilOnline, untilPairingRequest } from './waiting.ts'
import { World, type WorldEvents } from './world.ts'

/** How a simulator is started. Ports of 0 (the default) take any free one; delays are in milliseconds. */
export type SimulatorOptions = {
  port?: number
  controlPort?: number
  /** Root of the server certificate, to try what a client does with a wrong one. */
  root?: KeyPair
  /** Write problems to standard error. */
  log?: boolean
  deliveryMs?: number
  readMs?: number
}

/** A person as the control API describes it. */
export type AccountInfo = { phone: string; name: string; business: boolean; id: string; lid: string }

const maxFrameBytes = 64 * 1024 * 1024
const defaultTimeoutMs = 10_000

/** A running WhatsApp that is not WhatsApp. Start one with `createSimulator`. */
export class Simulator implements AsyncDisposable {
  readonly #certificate: ServerCertificate
  readonly #options: SimulatorOptions
  readonly #http: Server = createServer((request, response) => this.#media.answerPlain(request, response))
  readonly #sockets = new WebSocketServer({ server: this.#http, maxPayload: maxFrameBytes })
  readonly #events = new EventEmitter<WorldEvents>()
  readonly #context = new Context(() => this.#world)
  readonly #media = new MediaServer(() => this.#world)
  readonly #messages = new MessagesFacade(this.#context)
  readonly #calls = new CallsFacade(this.#context)
  readonly #status = new StatusFacade(this.#context)
  /** Load for measurements. */
  readonly bursts = new BurstsFacade(this.#context, this.#messages)
  /** What owners change on their phones. */
  readonly appState = new AppStateFacade(this.#context)
  /** What phones have from before a client was linked. */
  readonly history = new HistoryFacade(this.#context)
  /** What the service lets accounts and clients do. */
  readonly limits = new LimitsFacade(this.#context)
  /** Groups and what happens in them. */
  readonly groups = new GroupsFacade(this.#context)
  /** Channels, their followers and their posts. */
  readonly channels = new ChannelsFacade(this.#context)
  /** Communities and the groups in them. */
  readonly communities = new CommunitiesFacade(this.#context)
  #world: World
  #control: Server | undefined

  constructor(options: SimulatorOptions) {
    this.#options = options
    this.#certificate = createServerCertificate(options.root)
    this.#world = this.#newWorld()
    this.#sockets.on('connection', (socket) => this.#connect(socket))
  }

  /** Starts listening; `control` serves the control API. */
  async listen(control: Server): Promise<void> {
    this.#control = control
    await this.#media.listen()
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
    return this.#world.media.host
  }

  /** Certificate of the media server, as PEM; `GET /media-ca.pem` at the clients' port tells it as well. */
  get mediaCertificate(): string {
    return this.#media.certificate
  }

  /** Cuts all connections and stops listening. */
  async close(): Promise<void> {
    this.#world.end()
    for (const socket of this.#sockets.clients) socket.terminate()
    await Promise.all([stop(this.#http), stop(this.#control), this.#media.close()])
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  /** Adds a person or business with a phone; one that is there already gets the new name. */
  createAccount(input: AccountInput): AccountInfo {
    const { phone, name, business, addressing, history } = parse(accountSchema, input)
    const known = this.#world.accounts.get(phone)
    const account = known ?? this.#world.addAccount(phone, name, business ?? false)
    account.name = name
    if (business !== undefined) account.isBusiness = business
    if (addressing) account.addressing = addressing
    if (history) setHistory(this.#world, account, history)
    return describeAccount(account)
  }

  /** The phone scans a QR code, given as its text. */
  scan(phone: string, code: string): { phone: string; device: number } {
    const companion = scanCode(this.#world, this.#account(phone), code)
    return { phone: companion.account.phone, device: companion.device }
  }

  /** The phone types a pairing code; rejects when it is wrong. */
  async pair(phone: string, code: string): Promise<{ phone: string; device: number }> {
    const companion = await typeCode(this.#world, this.#account(phone), code)
    return { phone: companion.account.phone, device: companion.device }
  }

  /** Calls back whenever a client asks for a pairing code; returns how to stop it. */
  onPairingCode(listener: (phone: string) => void): () => void {
    this.#events.on('pairingCode', listener)
    return () => void this.#events.off('pairingCode', listener)
  }

  /** Resolves when a client asks for a pairing code for this phone, at once when one did already. */
  nextPairingRequest(phone: string, timeoutMs = defaultTimeoutMs): Promise<void> {
    return untilPairingRequest(this.#world, this.#account(phone).phone, timeoutMs)
  }

  /** Resolves when a linked client of this phone is logged in and active, at once when one is. */
  untilOnline(phone: string, timeoutMs = defaultTimeoutMs): Promise<void> {
    return untilOnline(this.#world, this.#account(phone), timeoutMs)
  }

  /** Somebody writes on the phone, to a person or a group. On a linked phone this is its owner typing. */
  sendMessage(phone: string, input: MessageInput): Promise<{ id: string }> {
    return this.#messages.send(phone, input)
  }

  /** A message as it stands on a phone's screen, also one its owner wrote, with what came of it since. */
  message(phone: string, id: string): ReceivedMessage {
    return this.#messages.message(phone, id)
  }

  /** The file of a message on a phone's screen: downloaded, decrypted and checked. */
  mediaOf(phone: string, id: string): Promise<Buffer> {
    return this.#messages.mediaOf(phone, id)
  }

  /** Somebody calls from the phone. The id is that of the call. */
  call(phone: string, input: CallInput): { id: string } {
    return this.#calls.place(phone, input)
  }

  /** Somebody picks up, declines or hangs up on the phone. */
  actOnCall(phone: string, id: string, input: CallActionInput): void {
    this.#calls.act(phone, id, input)
  }

  /** Somebody hangs up. */
  endCall(phone: string, id: string): void {
    this.#calls.act(phone, id, { action: 'end' })
  }

  /** Somebody posts a status on the phone. */
  postStatus(phone: string, input: StatusInput): Promise<{ id: string }> {
    return this.#status.post(phone, input)
  }

  /** What the phone received, oldest first; `since` is an ISO time or milliseconds. */
  messages(phone: string, since?: string | number): ReceivedMessage[] {
    const from = parseSince(since)
    return this.#account(phone)
      .messages.all()
      .filter(({ receivedAt }) => Date.parse(receivedAt) >= from)
  }

  /** Receipts, typing and presence that the phone saw of others, oldest first. */
  events(phone: string, since?: string | number): SeenEvent[] {
    const from = parseSince(since)
    return this.#account(phone)
      .events.all()
      .filter(({ at }) => Date.parse(at) >= from)
  }

  /** The first message that matches and that no earlier call returned; waits for it. */
  nextMessage(
    phone: string,
    predicate: (message: ReceivedMessage) => boolean = () => true,
    timeoutMs = defaultTimeoutMs,
  ): Promise<ReceivedMessage> {
    return this.#account(phone).messages.next(predicate, timeoutMs, `message for ${phone}`)
  }

  /** The first event that matches and that no earlier call returned; waits for it. */
  nextEvent(
    phone: string,
    predicate: (event: SeenEvent) => boolean = () => true,
    timeoutMs = defaultTimeoutMs,
  ): Promise<SeenEvent> {
    return this.#account(phone).events.next(predicate, timeoutMs, `event for ${phone}`)
  }

  /** How this phone answers messages. */
  setReceipts(phone: string, input: ReceiptsInput): Account['receipts'] {
    const account = this.#account(phone)
    const { mode, deliveryMs, readMs } = parse(receiptsSchema, input)
    account.receipts = {
      mode,
      deliveryMs: deliveryMs ?? account.receipts.deliveryMs,
      readMs: readMs ?? account.receipts.readMs,
    }
    return account.receipts
  }

  /** The person comes, goes, types or records; typing needs a chat. */
  setPresence(phone: string, input: PresenceInput): void {
    const account = this.#account(phone)
    const { state, to } = parse(presenceSchema, input)
    if (state === 'available' || state === 'unavailable') {
      setPresence(account, state)
      return
    }
    if (!to) throw new SimulatorError(422, `${state} needs the chat it happens in`, 'to')
    type(account, this.#context.chat(to), state)
  }

  /** The phone's view of chats, stars, contacts, labels and settings. */
  appStateOf(phone: string): AppStateView {
    return this.appState.view(phone)
  }

  /** Gives a phone a history that a client gets when it is linked, and older parts on demand. */
  setHistory(phone: string, input: HistoryInput): ReturnType<HistoryFacade['set']> {
    return this.history.set(phone, input)
  }

  /** Limits an account; what is left out stays as it is, and null ends a limit. */
  setLimits(phone: string, input: LimitsInput): LimitsView {
    return this.limits.set(phone, input)
  }

  /** The owner unlinks a device, or all of them. */
  unlink(phone: string, input: UnlinkInput = {}): void {
    const account = this.#account(phone)
    const { device } = parse(unlinkSchema, input)
    const companion = account.companions.get(device ?? 0)
    if (device !== undefined && !companion) {
      throw new SimulatorError(404, `there is no device ${device}`, 'device')
    }
    unlink(account, companion ? [companion] : [...account.companions.values()])
  }

  /** Creates a group. */
  createGroup(input: GroupInput): { id: string } {
    return this.groups.create(input)
  }

  /** A member writes into a group. */
  sendGroupMessage(id: string, input: GroupMessageInput): Promise<{ id: string }> {
    return this.#messages.sendToGroup(id, input)
  }

  /** Adds members, or removes, promotes or demotes them, in the name of the owner. */
  changeGroupMembers(id: string, input: MembersInput): object {
    return this.groups.changeMembers(id, input)
  }

  /** Adds members to a group. */
  addGroupMembers(id: string, members: string[]): object {
    return this.changeGroupMembers(id, { members })
  }

  /** Makes something go wrong; `clear`, or the kind `none`, ends it. */
  fault(input: FaultInput): void {
    const { kind, clear, phone, to, ...rest } = parse(faultSchema, input)
    if (phone !== undefined) this.#world.account(phone)
    if (kind === 'none' || clear) {
      clearFaults(this.#world, kind === 'none' ? undefined : kind, phone)
      return
    }
    const chat = to === undefined ? undefined : this.#context.chat(to)
    const where = chat instanceof Group ? chat.id : chat?.phone
    applyFault(this.#world, withoutUndefined({ ...rest, kind, phone, to: where }))
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

  #newWorld(): World {
    const { deliveryMs = 250, readMs = 500, log } = this.#options
    return new World({ mode: 'read', deliveryMs, readMs }, this.#events, this.#media.store, (what, cause) => {
      if (log) process.stderr.write(`${what}${cause instanceof Error ? `: ${cause.message}` : ''}\n`)
    })
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

  #account(phone: string): Account {
    return this.#context.account(phone)
  }
}

function describeAccount({ phone, name, isBusiness, chatId, lid }: Account): AccountInfo {
  return { phone, name, business: isBusiness, id: chatId, lid: `${lid}@lid` }
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
