import type { Account } from '../accounts.ts'
import type { Context } from '../context.ts'
import { SimulatorError } from '../errors.ts'
import { chatNamed } from '../groups/groups.ts'
import { setHistory } from '../history/model.ts'
import { scanCode, typeCode } from '../linking/pairing.ts'
import { parse, parseSince } from '../parsing.ts'
import type { SeenEvent } from '../records.ts'
import { unlink } from '../stream-errors.ts'
import {
  type AccountInput,
  accountSchema,
  type PresenceInput,
  presenceSchema,
  type ReceiptsInput,
  receiptsSchema,
  type UnlinkInput,
  unlinkSchema,
} from './inputs.ts'
import { setPresence, type } from './presence.ts'

/** A person as the control API describes it. */
export type AccountInfo = {
  phone: string
  name: string
  business: boolean
  id: string
  lid: string
  aliases: string[]
}

/** A client that was linked. */
export type LinkedDevice = { phone: string; device: number }

/** People, their phones and the clients linked to them. */
export class AccountsFacade {
  readonly #context: Context

  constructor(context: Context) {
    this.#context = context
  }

  /** Adds a person or business; one that is there already gets the new name. */
  create(input: AccountInput): AccountInfo {
    const { world } = this.#context
    const { phone, name, business, addressing, aliases, history } = parse(accountSchema, input)
    if (aliases) world.requireFreeAliases(phone, aliases)
    const account = world.accounts.get(phone) ?? world.addAccount(phone, name, business ?? false)
    if (aliases) world.setAliases(account, aliases)
    account.name = name
    if (business !== undefined) account.isBusiness = business
    if (addressing) account.addressing = addressing
    if (history) setHistory(world, account, history)
    return describe(account)
  }

  /** The phone scans a QR code, given as its text. */
  scan(phone: string, code: string): LinkedDevice {
    const companion = scanCode(this.#context.world, this.#context.account(phone), code)
    return { phone: companion.account.phone, device: companion.device }
  }

  /** The phone types a pairing code; rejects when it is wrong. */
  async pair(phone: string, code: string): Promise<LinkedDevice> {
    const companion = await typeCode(this.#context.world, this.#context.account(phone), code)
    return { phone: companion.account.phone, device: companion.device }
  }

  /** The owner unlinks a device, or all of them. */
  unlink(phone: string, input: UnlinkInput): void {
    const account = this.#context.account(phone)
    const { device } = parse(unlinkSchema, input)
    const companion = account.companions.get(device ?? 0)
    if (device !== undefined && !companion) {
      throw new SimulatorError(404, `there is no device ${device}`, 'device')
    }
    unlink(account, companion ? [companion] : [...account.companions.values()])
  }

  /** Receipts, typing and presence that the phone saw of others, oldest first. */
  events(phone: string, since?: string | number): SeenEvent[] {
    const from = parseSince(since)
    const seen = this.#context.account(phone).events.all()
    return seen.filter(({ at }) => Date.parse(at) >= from)
  }

  /** How this phone answers messages. */
  setReceipts(phone: string, input: ReceiptsInput): Account['receipts'] {
    const account = this.#context.account(phone)
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
    const account = this.#context.account(phone)
    const { state, to } = parse(presenceSchema, input)
    if (state === 'available' || state === 'unavailable') {
      setPresence(account, state)
      return
    }
    if (!to) throw new SimulatorError(422, `${state} needs the chat it happens in`, 'to')
    type(account, chatNamed(this.#context, to), state)
  }
}

function describe({ phone, name, isBusiness, chatId, lid, aliases }: Account): AccountInfo {
  return { phone, name, business: isBusiness, id: chatId, lid: `${lid}@lid`, aliases: [...aliases] }
}
