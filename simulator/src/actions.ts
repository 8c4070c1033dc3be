import { EventEmitter } from 'node:events'
import type { Account } from './accounts.ts'
import type { AppStateView } from './app-state/view.ts'
import type { CallActionInput, CallInput } from './calls/inputs.ts'
import { Context } from './context.ts'
import { Facades } from './facades.ts'
import type { FaultInput } from './faults/inputs.ts'
import type { GroupInput, MembersInput } from './groups/inputs.ts'
import type { HistoryInput } from './history/inputs.ts'
import type { LimitsInput } from './limits/inputs.ts'
import type { LimitsView } from './limits/model.ts'
import { untilOnline, untilPairingRequest } from './linking/waiting.ts'
import type { BroadcastInput, GroupMessageInput, MessageInput } from './messages/inputs.ts'
import type { AccountInfo, LinkedDevice } from './people/facade.ts'
import type { AccountInput, PresenceInput, ReceiptsInput, UnlinkInput } from './people/inputs.ts'
import type { PictureInput } from './pictures/inputs.ts'
import type { ReceivedMessage, SeenEvent } from './records.ts'
import type { ScriptState } from './scripts/facade.ts'
import type { ScriptRuleInput } from './scripts/inputs.ts'
import type { StatusInput } from './status/inputs.ts'
import type { World, WorldEvents } from './world.ts'

const defaultTimeoutMs = 10_000

/**
 * All that callers can do in the world, whoever serves it: one method for each operation of the control API, and
 * those that wait. What there is to it is in the facades, one for each topic.
 */
export abstract class Actions {
  protected abstract get world(): World
  protected readonly emitter = new EventEmitter<WorldEvents>()
  protected readonly context = new Context(() => this.world)
  /** What callers can do, topic by topic; the methods below are the short way to it. */
  readonly facades = new Facades(this.context)
  /** Load for measurements. */
  readonly bursts = this.facades.bursts
  /** What owners change on their phones. */
  readonly appState = this.facades.appState
  /** What phones have from before a client was linked. */
  readonly history = this.facades.history
  /** What the service lets accounts and clients do. */
  readonly limits = this.facades.limits
  /** Groups and what happens in them. */
  readonly groups = this.facades.groups
  /** Channels, their followers and their posts. */
  readonly channels = this.facades.channels
  /** What businesses say about themselves. */
  readonly business = this.facades.business
  /** Communities and the groups in them. */
  readonly communities = this.facades.communities

  /** Adds a person or business with a phone; one that is there already gets the new name. */
  createAccount(input: AccountInput): AccountInfo {
    return this.facades.accounts.create(input)
  }

  /** The phone scans a QR code, given as its text. */
  scan(phone: string, code: string): LinkedDevice {
    return this.facades.accounts.scan(phone, code)
  }

  /** The phone types a pairing code; rejects when it is wrong. */
  pair(phone: string, code: string): Promise<LinkedDevice> {
    return this.facades.accounts.pair(phone, code)
  }

  /** The owner unlinks a device, or all of them. */
  unlink(phone: string, input: UnlinkInput = {}): void {
    this.facades.accounts.unlink(phone, input)
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
    return this.facades.messages.send(phone, input)
  }

  /** Somebody writes to several people at once, through a broadcast list. */
  sendBroadcast(phone: string, input: BroadcastInput): Promise<{ id: string }> {
    return this.facades.messages.broadcast(phone, input)
  }

  /** A message as it stands on a phone's screen, also one its owner wrote, with what came of it since. */
  message(phone: string, id: string): ReceivedMessage {
    return this.facades.messages.message(phone, id)
  }

  /** The file of a message on a phone's screen: downloaded, decrypted and checked. */
  mediaOf(phone: string, id: string): Promise<Buffer> {
    return this.facades.messages.mediaOf(phone, id)
  }

  /** Somebody calls from the phone. The id is that of the call. */
  call(phone: string, input: CallInput): { id: string } {
    return this.facades.calls.start(phone, input)
  }

  /** Somebody picks up, declines or hangs up on the phone. */
  actOnCall(phone: string, id: string, input: CallActionInput): void {
    this.facades.calls.act(phone, id, input)
  }

  /** Somebody hangs up. */
  endCall(phone: string, id: string): void {
    this.facades.calls.act(phone, id, { action: 'end' })
  }

  /** Somebody posts a status on the phone. */
  postStatus(phone: string, input: StatusInput): Promise<{ id: string }> {
    return this.facades.status.post(phone, input)
  }

  /** The person takes another picture, or gives one to a group. */
  setPicture(phone: string, input: PictureInput): { id?: string } {
    return this.facades.pictures.set(phone, input)
  }

  /** What the phone received, oldest first; `since` is an ISO time or milliseconds. */
  messages(phone: string, since?: string | number): ReceivedMessage[] {
    return this.facades.messages.list(phone, since)
  }

  /** Receipts, typing and presence that the phone saw of others, oldest first. */
  events(phone: string, since?: string | number): SeenEvent[] {
    return this.facades.accounts.events(phone, since)
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
    return this.facades.accounts.setReceipts(phone, input)
  }

  /** The person comes, goes, types or records; typing needs a chat. */
  setPresence(phone: string, input: PresenceInput): void {
    this.facades.accounts.setPresence(phone, input)
  }

  /** The phone's view of chats, stars, contacts, labels and settings. */
  appStateOf(phone: string): AppStateView {
    return this.appState.view(phone)
  }

  /** Gives a phone a history that a client gets when it is linked, and older parts on demand. */
  setHistory(phone: string, input: HistoryInput): ReturnType<Facades['history']['set']> {
    return this.history.set(phone, input)
  }

  /** Limits an account; what is left out stays as it is, and null ends a limit. */
  setLimits(phone: string, input: LimitsInput): LimitsView {
    return this.limits.set(phone, input)
  }

  /** The phone answers by these rules, in place of those it had; the first that fits decides. */
  script(phone: string, rules: ScriptRuleInput[]): ScriptState {
    return this.facades.scripts.set(phone, rules)
  }

  /** The rules of a phone, and how often each answered. */
  scriptOf(phone: string): ScriptState {
    return this.facades.scripts.of(phone)
  }

  /** Creates a group. */
  createGroup(input: GroupInput): { id: string } {
    return this.groups.create(input)
  }

  /** A member writes into a group. */
  sendGroupMessage(id: string, input: GroupMessageInput): Promise<{ id: string }> {
    return this.facades.messages.sendToGroup(id, input)
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
    this.facades.faults.apply(input)
  }
}
