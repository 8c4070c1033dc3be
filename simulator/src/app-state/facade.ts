import type { WAPatchCreate } from 'baileys'
import type { Account } from '../accounts.ts'
import { chatJid } from '../addresses.ts'
import { sentMessagesOf } from '../content/sent-messages.ts'
import type { Context } from '../context.ts'
import { SimulatorError } from '../errors.ts'
import { chatNamed } from '../groups/groups.ts'
import { Group } from '../groups/model.ts'
import { parse, withoutUndefined } from '../parsing.ts'
import * as changes from './changes.ts'
import { type AppStateChange, type AppStateInput, appStateSchemas } from './inputs.ts'
import { changeOnPhone, saveContact } from './phone.ts'
import { type AppStateView, describeAppState } from './view.ts'

type NamedMessage = { message: string; chat?: string | undefined; fromMe?: boolean | undefined }

/** `simulator.appState`: what an owner changes on the phone; linked clients are notified of each change. */
export class AppStateFacade {
  readonly #context: Context

  constructor(context: Context) {
    this.#context = context
  }

  /** Everything that the devices of this phone share, as its owner sees it. */
  view(phone: string): AppStateView {
    return describeAppState(this.#context.world, this.#context.account(phone))
  }

  async archive(phone: string, input: AppStateInput<'archive'>): Promise<void> {
    const { chat, archived } = parse(appStateSchemas.archive, input)
    await this.#change(phone, changes.archived(this.#jid(chat), archived ?? true))
  }

  async pin(phone: string, input: AppStateInput<'pin'>): Promise<void> {
    const { chat, pinned } = parse(appStateSchemas.pin, input)
    await this.#change(phone, changes.pinned(this.#jid(chat), pinned ?? true))
  }

  /** Without `until` a chat is muted for ever; `muted: false` ends it. */
  async mute(phone: string, input: AppStateInput<'mute'>): Promise<void> {
    const { chat, muted, until } = parse(appStateSchemas.mute, input)
    const end = until === undefined ? -1 : Date.parse(until)
    await this.#change(phone, changes.muted(this.#jid(chat), muted === false ? undefined : end))
  }

  /** Marks a chat as read, or with `read: false` as unread. */
  async markRead(phone: string, input: AppStateInput<'markRead'>): Promise<void> {
    const { chat, read } = parse(appStateSchemas.markRead, input)
    await this.#change(phone, changes.markedRead(this.#jid(chat), read ?? true))
  }

  async lockChat(phone: string, input: AppStateInput<'lockChat'>): Promise<void> {
    const { chat, locked } = parse(appStateSchemas.lockChat, input)
    await this.#change(phone, changes.lockedChat(this.#jid(chat), locked ?? true))
  }

  async deleteChat(phone: string, input: AppStateInput<'deleteChat'>): Promise<void> {
    await this.#change(phone, changes.deletedChat(this.#jid(parse(appStateSchemas.deleteChat, input).chat)))
  }

  /** Deletes the messages of a chat and keeps the chat. */
  async clearChat(phone: string, input: AppStateInput<'clearChat'>): Promise<void> {
    await this.#change(phone, changes.clearedChat(this.#jid(parse(appStateSchemas.clearChat, input).chat)))
  }

  async star(phone: string, input: AppStateInput<'star'>): Promise<void> {
    const { starred, ...named } = parse(appStateSchemas.star, input)
    await this.#change(phone, changes.starred(this.#message(phone, named), starred ?? true))
  }

  /** Deletes a message for the owner alone. */
  async deleteMessage(phone: string, input: AppStateInput<'deleteMessage'>): Promise<void> {
    const named = parse(appStateSchemas.deleteMessage, input)
    await this.#change(phone, changes.deletedMessage(this.#message(phone, named)))
  }

  /** Saves somebody in the address book; `name: null` takes the entry out. */
  async contact(phone: string, input: AppStateInput<'contact'>): Promise<void> {
    const { phone: person, name, firstName } = parse(appStateSchemas.contact, input)
    const known = this.#context.world.accounts.get(person)
    const jid = `${person}@s.whatsapp.net`
    saveContact(this.#context.account(phone), person, name !== null)
    const entry = { fullName: name, firstName, lidJid: known?.lidJid, saveOnPrimaryAddressbook: true }
    await this.#change(
      phone,
      name === null ? changes.removedContact(jid) : changes.namedContact(jid, withoutUndefined(entry)),
    )
  }

  /** Creates or changes a label, or deletes it. */
  async label(phone: string, input: AppStateInput<'label'>): Promise<void> {
    const { id, name, color, deleted, at } = parse(appStateSchemas.label, input)
    const edit = { name, color: color ?? 0, deleted: deleted ?? false }
    await this.#change(phone, changes.madeAt(changes.label(id, edit), at))
  }

  async labelChat(phone: string, input: AppStateInput<'labelChat'>): Promise<void> {
    const { chat, label, labeled, at } = parse(appStateSchemas.labelChat, input)
    this.#requireLabel(phone, label)
    const change = changes.labeledChat(label, this.#jid(chat), labeled ?? true)
    await this.#change(phone, changes.madeAt(change, at))
  }

  async labelMessage(phone: string, input: AppStateInput<'labelMessage'>): Promise<void> {
    const { label, labeled, ...named } = parse(appStateSchemas.labelMessage, input)
    this.#requireLabel(phone, label)
    await this.#change(phone, changes.labeledMessage(label, this.#message(phone, named), labeled ?? true))
  }

  /** Saves an answer of a business that can be typed by its shortcut. */
  async quickReply(phone: string, input: AppStateInput<'quickReply'>): Promise<void> {
    const { id, shortcut, message, deleted } = parse(appStateSchemas.quickReply, input)
    await this.#change(phone, changes.quickReply(id, { shortcut, message, deleted: deleted ?? false }))
  }

  /** The owner takes another name. */
  async rename(phone: string, input: AppStateInput<'rename'>): Promise<void> {
    const { name } = parse(appStateSchemas.rename, input)
    this.#context.account(phone).name = name
    await this.#change(phone, changes.pushName(name))
  }

  #change(phone: string, change: WAPatchCreate): Promise<void> {
    return changeOnPhone(this.#context.account(phone), change)
  }

  #jid(chat: string): string {
    return jidOfChat(chatNamed(this.#context, chat, 'chat'))
  }

  #requireLabel(phone: string, label: string): void {
    if (!this.view(phone).labels[label]) throw new SimulatorError(404, `there is no label ${label}`, 'label')
  }

  /** A message as the app state names it: one that was carried says itself where it is and who wrote it. */
  #message(phone: string, { message: id, chat, fromMe }: NamedMessage): changes.MessageName {
    const account = this.#context.account(phone)
    const known = sentMessagesOf(this.#context.world).get(id)
    if (!known) {
      if (chat !== undefined) return { chat: this.#jid(chat), id, fromMe: fromMe ?? false }
      throw new SimulatorError(422, `there is no message ${id}; name its chat if a history has it`, 'message')
    }
    const isOwn = known.author === account
    if (known.chat instanceof Group) {
      const author = isOwn ? {} : { author: known.chat.nameOf(known.author) }
      return { chat: known.chat.id, id, fromMe: isOwn, ...author }
    }
    return { chat: jidOfChat(isOwn ? known.chat : known.author), id, fromMe: isOwn }
  }
}

function jidOfChat(chat: Account | Group): string {
  return chat instanceof Group ? chat.id : chatJid(chat)
}

/** Names of all changes, which are names of methods. */
export const appStateChanges = Object.keys(appStateSchemas) as AppStateChange[]
