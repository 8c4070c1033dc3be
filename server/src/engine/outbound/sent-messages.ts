import type { proto } from 'baileys'
import type { Clock } from '../../platform/clock.ts'
import { createLru } from '../../platform/lru.ts'
import type { Submission } from '../engine.ts'
import type { EngineListener } from '../events.ts'
import { chatKind } from '../ids.ts'
import type { SessionKeys } from '../keys/session-keys.ts'
import { proto as protocol } from '../library/library.ts'
import { SentActs } from './sent-acts.ts'

interface SentMessagesOptions {
  tenantId: string
  sessionId: string
  clock: Clock
  keys: Pick<SessionKeys, 'read' | 'write'>
  listener: Pick<EngineListener, 'findProto'>
}

const maxRecent = 500

/** What the session sent, for devices that could not read it and ask for it again, and for what refers to it. */
export class SentMessages {
  readonly #options: SentMessagesOptions
  readonly #recent = createLru<proto.IMessage>(maxRecent)
  readonly #acts: SentActs

  constructor(options: SentMessagesOptions) {
    this.#options = options
    this.#acts = new SentActs(options)
  }

  /** Stores what is about to be sent: messages are stored when WhatsApp took them, all else here. */
  async keep({ waMessageId, chatId, content }: Submission, message: proto.IMessage): Promise<void> {
    this.#recent.set(waMessageId, message)
    if (!('target' in content) || chatKind(chatId) === 'channel') return
    await this.#acts.keep(waMessageId, content.target.waMessageId, content.kind === 'revoke', message)
  }

  /** The content of a message of this session, its own or one it got, when it is known. */
  async find(waMessageId: string): Promise<proto.IMessage | undefined> {
    const recent = this.#recent.get(waMessageId)
    if (recent !== undefined) return recent
    const { listener, tenantId, sessionId } = this.#options
    const bytes = await listener.findProto(tenantId, sessionId, waMessageId)
    return bytes === undefined ? this.#acts.find(waMessageId) : protocol.Message.decode(bytes)
  }

  /** The connection is gone. */
  stop(): void {
    this.#acts.stop()
  }
}
