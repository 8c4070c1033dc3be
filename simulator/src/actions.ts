import { EventEmitter } from 'node:events'
import type { Account } from './accounts.ts'
import { AppStateFacade } from './app-state/facade.ts'
import type { AppStateView } from './app-state/view.ts'
import { BurstsFacade } from './bursts/facade.ts'
import { BusinessFacade } from './business/facade.ts'
import { CallsFacade } from './calls/facade.ts'
import type { CallActionInput, CallInput } from './calls/inputs.ts'
import { ChannelsFacade } from './channels/facade.ts'
import { Context } from './context.ts'
import { applyFault, clearFaults } from './faults/effects.ts'
import { type FaultInput, faultSchema } from './faults/inputs.ts'
import { CommunitiesFacade } from './groups/communities-facade.ts'
import { GroupsFacade } from './groups/facade.ts'
import { chatNamed } from './groups/groups.ts'
import type { GroupInput, MembersInput } from './groups/inputs.ts'
import { Group } from './groups/model.ts'
import { HistoryFacade } from './history/facade.ts'
import type { HistoryInput } from './history/inputs.ts'
import { LimitsFacade } from './limits/facade.ts'
import type { LimitsInput } from './limits/inputs.ts'
import type { LimitsView } from './limits/model.ts'
import { untilOnline, untilPairingRequest } from './linking/waiting.ts'
import { MessagesFacade } from './messages/facade.ts'
import type { GroupMessageInput, MessageInput } from './messages/inputs.ts'
import { parse, parseSince, withoutUndefined } from './parsing.ts'
import { type AccountInfo, AccountsFacade, type LinkedDevice } from './people/facade.ts'
import type { AccountInput, PresenceInput, ReceiptsInput, UnlinkInput } from './people/inputs.ts'
import { PicturesFacade } from './pictures/facade.ts'
import type { PictureInput } from './pictures/inputs.ts'
import type { ReceivedMessage, SeenEvent } from './records.ts'
import { type ScriptState, ScriptsFacade } from './scripts/facade.ts'
import type { ScriptRuleInput } from './scripts/inputs.ts'
import { StatusFacade } from './status/facade.ts'
import type { StatusInput } from './status/inputs.ts'
import type { World, WorldEvents } from './world.ts'

const defaultTimeoutMs = 10_000

/**
 * All that callers can do in the world, whoever serves it: one method for each operation of the control API, and
 * those that wait. What there is to it is in the facades, one for each area.
 */
export abstract class Actions {
  protected abstract get world(): World
  protected readonly emitter = new EventEmitter<WorldEvents>()
  protected readonly context = new Context(() => this.world)
  readonly #accounts = new AccountsFacade(this.context)
  readonly #messages = new MessagesFacade(this.context)
  readonly #calls = new CallsFacade(this.context)
  readonly #status = new StatusFacade(this.context)
  readonly #pictures = new PicturesFacade(this.context)
  /** Load for measurements. */
  readonly bursts = new BurstsFacade(this.context, this.#messages)
  readonly #scripts = new ScriptsFacade(this.context, this.#messages)
  /** What owners change on their phones. */
  readonly appState = new AppStateFacade(this.context)
  /** What phones have from before a client was linked. */
  readonly history = new HistoryFacade(this.context)
  /** What the service lets accounts and clients do. */
  readonly limits = new LimitsFacade(this.context)
  /** Groups and what happens in them. */
  readonly groups = new GroupsFacade(this.context)
  /** Channels, their followers and their posts. */
  readonly channels = new ChannelsFacade(this.context)
  /** What businesses say about themselves. */
  readonly business = new BusinessFacade(this.context)
  /** Communities and the groups in them. */
  readonly communities = new CommunitiesFacade(this.context)

  /** Adds a person or business with a phone; one that is there already gets the new name. */
  createAccount(input: AccountInput): AccountInfo {
    return this.#accounts.create(input)
  }

  /** The phone scans a QR code, given as its text. */
  scan(phone: string, code: string): LinkedDevice {
    return this.#accounts.scan(phone, code)
  }

  /** The phone types a pairing code; rejects when it is wrong. */
  pair(phone: string, code: string): Promise<LinkedDevice> {
    return this.#accounts.pair(phone, code)
  }

  /** The owner unlinks a device, or all of them. */
  unlink(phone: string, input: UnlinkInput = {}): void {
    this.#accounts.unlink(phone, input)
  }

  /** Calls back whenever a client asks for a pairing code; returns how to stop it. */
  onPairingCode(listener: (phone: string) => void): () => void {
    this.emitter.on('pairingCode', listener)
    return () => void this.emitter.off('pairingCode', listener)
  }

  /** Resolves when a client asks for a pairing code for this phone, at once when one did already. */
  nextPairingRequest(phone: string, timeoutMs = defaultTimeoutMs): Promise<void> {
    return untilPairingRequest(this.world, this.context.account(phone).phone, timeoutMs)
  }

  /** Resolves when a linked client of this phone is logged in and active, at once when one is. */
  untilOnline(phone: string, timeoutMs = defaultTimeoutMs): Promise<void> {
    return untilOnline(this.world, this.context.account(phone), timeoutMs)
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

  /** The person takes another picture, or gives one to a group. */
  setPicture(phone: string, input: PictureInput): { id?: string } {
    return this.#pictures.set(phone, input)
  }

  /** What the phone received, oldest first; `since` is an ISO time or milliseconds. */
  messages(phone: string, since?: string | number): ReceivedMessage[] {
    const from = parseSince(since)
    return this.context
      .account(phone)
      .messages.all()
      .filter(({ receivedAt }) => Date.parse(receivedAt) >= from)
  }

  /** Receipts, typing and presence that the phone saw of others, oldest first. */
  events(phone: string, since?: string | number): SeenEvent[] {
    const from = parseSince(since)
    return this.context
      .account(phone)
      .events.all()
      .filter(({ at }) => Date.parse(at) >= from)
  }

  /** The first message that matches and that no earlier call returned; waits for it. */
  nextMessage(
    phone: string,
    predicate: (message: ReceivedMessage) => boolean = () => true,
    timeoutMs = defaultTimeoutMs,
  ): Promise<ReceivedMessage> {
    return this.context.account(phone).messages.next(predicate, timeoutMs, `message for ${phone}`)
  }

  /** The first event that matches and that no earlier call returned; waits for it. */
  nextEvent(
    phone: string,
    predicate: (event: SeenEvent) => boolean = () => true,
    timeoutMs = defaultTimeoutMs,
  ): Promise<SeenEvent> {
    return this.context.account(phone).events.next(predicate, timeoutMs, `event for ${phone}`)
  }

  /** How this phone answers messages. */
  setReceipts(phone: string, input: ReceiptsInput): Account['receipts'] {
    return this.#accounts.setReceipts(phone, input)
  }

  /** The person comes, goes, types or records; typing needs a chat. */
  setPresence(phone: string, input: PresenceInput): void {
    this.#accounts.setPresence(phone, input)
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

  /** The phone answers by these rules, in place of those it had; the first that fits decides. */
  script(phone: string, rules: ScriptRuleInput[]): ScriptState {
    return this.#scripts.set(phone, rules)
  }

  /** The rules of a phone, and how often each answered. */
  scriptOf(phone: string): ScriptState {
    return this.#scripts.of(phone)
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
    if (phone !== undefined) this.world.account(phone)
    if (kind === 'none' || clear) {
      clearFaults(this.world, kind === 'none' ? undefined : kind, phone)
      return
    }
    const chat = to === undefined ? undefined : chatNamed(this.context, to)
    const where = chat instanceof Group ? chat.id : chat?.phone
    applyFault(this.world, withoutUndefined({ ...rest, kind, phone, to: where }))
  }
}
