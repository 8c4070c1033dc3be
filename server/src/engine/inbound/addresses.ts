import type { Person } from '../events.ts'
import type { ChatId } from '../ids.ts'
import type { SessionKeys } from '../keys/session-keys.ts'
import { parseJid, personChatId } from '../library/jids.ts'

/**
 * Which protocol address a chat id means, and the other way round. A chat id of a person is `<digits>@c.us`
 * whether the digits are a phone or a LID, so every LID that was ever emitted without a phone is remembered as
 * `known-lid` beside the keys: such an id is sent to as a LID until its phone becomes known.
 */
export class Addresses {
  readonly #keys: SessionKeys

  constructor(keys: SessionKeys) {
    this.#keys = keys
  }

  /** The protocol address to send to. */
  async jidOf(chatId: ChatId): Promise<string> {
    if (!chatId.endsWith('@c.us')) return chatId
    const digits = chatId.slice(0, -'@c.us'.length)
    const [known, phones] = await Promise.all([
      this.#keys.read('known-lid', [digits]),
      this.#keys.read('lid-mapping', [digits]),
    ])
    const isLid = known[digits] !== undefined && phones[digits] === undefined
    return isLid ? `${digits}@lid` : `${digits}@s.whatsapp.net`
  }

  /** Fills in the address that is missing, from the mappings this session knows. */
  async complete(person: Person): Promise<Person> {
    if (person.phone === null && person.lid !== null) {
      const key = `${person.lid}_reverse`
      const phone = (await this.#keys.read('lid-mapping', [key]))[key]
      if (typeof phone === 'string') return { ...person, phone }
    } else if (person.lid === null && person.phone !== null) {
      const lid = (await this.#keys.read('lid-mapping', [person.phone]))[person.phone]
      if (typeof lid === 'string') return { ...person, lid }
    }
    return person
  }

  /** Keeps which phone and LID are one person, where both are told; what is known already costs one read for all. */
  async learn(people: readonly Person[]): Promise<void> {
    const pairs = people.flatMap(({ phone, lid }) => (phone === null || lid === null ? [] : [{ phone, lid }]))
    if (pairs.length === 0) return
    const known = await this.#keys.read(
      'lid-mapping',
      pairs.map(({ phone }) => phone),
    )
    for (const { phone, lid } of pairs) {
      if (known[phone] === lid) continue
      this.#keys.write('lid-mapping', phone, lid)
      this.#keys.write('lid-mapping', `${lid}_reverse`, phone)
    }
  }

  /** The chat id to emit for a person; remembers a LID that stands in for a phone. */
  async chatIdOf(person: Person): Promise<ChatId | undefined> {
    if (person.phone === null && person.lid !== null) {
      const known = await this.#keys.read('known-lid', [person.lid])
      if (known[person.lid] === undefined) this.#keys.write('known-lid', person.lid, 1)
    }
    return personChatId(person)
  }

  /** The chat id of any protocol address; undefined for what is no chat of ours. */
  async chatIdOfJid(jid: string): Promise<ChatId | undefined> {
    const address = parseJid(jid)
    if (address.kind === 'other') return undefined
    if ('chatId' in address) return address.chatId
    const person: Person = { phone: null, lid: null, pushName: null }
    if (address.kind === 'phone') return this.chatIdOf({ ...person, phone: address.digits })
    return this.chatIdOf(await this.complete({ ...person, lid: address.digits }))
  }
}
