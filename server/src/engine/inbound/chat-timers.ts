import type { proto } from 'baileys'
import { createLru } from '../../platform/lru.ts'
import type { SessionKeys } from '../keys/session-keys.ts'
import { parseJid } from '../library/jids.ts'
import { proto as protocol } from '../library/library.ts'
import { cleanCount } from './clean.ts'
import { openEnvelopes } from './envelopes.ts'

/** After how many seconds messages of a chat disappear, 0 for never, and since when that holds (seconds of the epoch). */
export interface ChatTimer {
  seconds: number
  since: number
}

const type = 'chat-timer'
const maxInMemory = 1000
const maxSeconds = 365 * 86_400

/**
 * How long messages of each chat stay, by its protocol addresses: WhatsApp keeps it nowhere but in the chats themselves, so
 * it is kept beside the session's keys. Without it phones say that a message will not disappear.
 */
export class ChatTimers {
  readonly #keys: Pick<SessionKeys, 'read' | 'write'>
  /** `never`: nothing is stored of the chat, which is true of most, so that a send to it asks nothing. */
  readonly #known = createLru<ChatTimer | 'never'>(maxInMemory)

  constructor(keys: Pick<SessionKeys, 'read' | 'write'>) {
    this.#keys = keys
  }

  /** The timer of a chat that goes by any of these addresses: the one that was set last. */
  async of(jids: readonly string[]): Promise<ChatTimer | undefined> {
    const missing = jids.filter((jid) => !this.#known.has(jid))
    if (missing.length > 0) {
      const stored = (await this.#keys.read(type, missing)) as Record<string, ChatTimer | undefined>
      for (const jid of missing) {
        if (!this.#known.has(jid)) this.#known.set(jid, stored[jid] ?? 'never')
      }
    }
    const timers = jids.flatMap((jid) => this.#timerOf(jid) ?? [])
    return timers.reduce<ChatTimer | undefined>(
      (newest, timer) => (newest === undefined || timer.since > newest.since ? timer : newest),
      undefined,
    )
  }

  /** A setting that was made in a chat: written in this tick, so that its message is acknowledged when it is committed. */
  set(jids: readonly string[], timer: ChatTimer): void {
    for (const jid of jids) {
      const known = this.#timerOf(jid)
      if (known !== undefined && (known.since > timer.since || isSame(known, timer))) continue
      this.#known.set(jid, timer)
      this.#keys.write(type, jid, timer)
    }
  }

  #timerOf(jid: string): ChatTimer | undefined {
    const known = this.#known.get(jid)
    return known === 'never' ? undefined : known
  }

  /** What history or a message says of its chat: what is known to be newer stays. */
  async learn(jids: readonly string[], timer: ChatTimer): Promise<void> {
    const known = await this.of(jids)
    if (known === undefined ? timer.seconds === 0 : known.since > timer.since) return
    this.set(jids, timer)
  }
}

function isSame(one: ChatTimer, other: ChatTimer): boolean {
  return one.seconds === other.seconds && one.since === other.since
}

/** The timer that a message sets for its chat; undefined for any other message. */
export function settingIn(message: proto.IMessage, sentAt: unknown): ChatTimer | undefined {
  const { protocolMessage } = openEnvelopes(message).message
  if (protocolMessage?.type !== protocol.Message.ProtocolMessage.Type.EPHEMERAL_SETTING) return undefined
  const { ephemeralExpiration, ephemeralSettingTimestamp } = protocolMessage
  return timerOf(ephemeralExpiration ?? 0, sinceOf(ephemeralSettingTimestamp, sentAt))
}

/** The timer that a message carries; undefined when it carries none. */
export function timerIn(message: proto.IMessage, sentAt: unknown): ChatTimer | undefined {
  const { message: inner, type: field } = openEnvelopes(message)
  const part = field === undefined ? undefined : inner[field]
  if (typeof part !== 'object' || part === null) return undefined
  const { contextInfo } = part as { contextInfo?: proto.IContextInfo | null }
  if (!contextInfo?.expiration) return undefined
  return timerOf(contextInfo.expiration, sinceOf(contextInfo.ephemeralSettingTimestamp, sentAt))
}

/** Since when a timer holds, as its phone says, but not later than its message: nothing would ever replace it. */
function sinceOf(said: unknown, sentAt: unknown): number {
  const sent = cleanCount(sentAt) ?? 0
  return Math.min(cleanCount(said) || sent, sent)
}

/** A timer of what a phone says; undefined for nonsense. */
export function timerOf(seconds: unknown, since: unknown): ChatTimer | undefined {
  const [count, at] = [cleanCount(seconds, maxSeconds), cleanCount(since, 32_503_680_000)]
  return count === null ? undefined : { seconds: count, since: at ?? 0 }
}

/** The addresses of a chat of two or a group among some of its names; nothing else has a timer. */
export function timedChats(jids: readonly (string | null | undefined)[]): string[] {
  return jids.flatMap((jid) => {
    const address = parseJid(jid)
    if (address.kind === 'phone') return `${address.digits}@s.whatsapp.net`
    if (address.kind === 'lid') return `${address.digits}@lid`
    return address.kind === 'group' ? address.chatId : []
  })
}
