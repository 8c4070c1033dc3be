import type { Readable } from 'node:stream'
import type { BaileysEventMap, BinaryNode, proto, WASocket } from 'baileys'
import type { Logger } from 'pino'
import type { EngineListener } from '../events.ts'
import { HistorySync } from '../history/history-sync.ts'
import type { ChatTimers } from '../inbound/chat-timers.ts'
import { historyIn } from '../inbound/envelopes.ts'
import type { SessionKeys } from '../keys/session-keys.ts'
import type { MediaPart } from '../media/part.ts'
import { AppStateSync } from '../updates/app-state-sync.ts'
import { UpdatesReceiver, type UpdatesReceiverOptions } from '../updates/updates-receiver.ts'

/** What everything beside messages needs of its connection. */
export interface AccountSyncOptions extends UpdatesReceiverOptions {
  keys: SessionKeys
  timers: ChatTimers
  listener: EngineListener
  log: Logger
  socket(): WASocket
  /** Gets a file that no message for people carries. */
  fetchFile(part: MediaPart, limits: { maxBytes: number; timeoutMs: number }): Promise<Readable>
  /** The messages are stored as far as they concern us. */
  closeInFlight(ids: readonly string[]): void
}

const historyFile = { maxBytes: 256 * 1024 * 1024, timeoutMs: 600_000 }

/** Everything of one connection beside messages: groups, chats, people, calls, the account's settings and history. */
export class AccountSync {
  readonly #receiver: UpdatesReceiver
  readonly #history: HistorySync
  readonly #appState: AppStateSync

  constructor(options: AccountSyncOptions) {
    const { keys, log, addresses, timers, recipient, listener } = options
    this.#receiver = new UpdatesReceiver(options)
    this.#appState = new AppStateSync(options.socket, keys, log)
    this.#history = new HistorySync({
      keys,
      log,
      addresses,
      timers,
      recipient,
      listener,
      download: (notice) => options.fetchFile(partOf(notice), historyFile),
      onStored: (id) => options.closeInFlight([id]),
    })
  }

  /** Stanzas that are looked at before the library reads them, which drops a part of what they say. */
  stanzaListeners(): Record<string, (node: BinaryNode) => void> {
    return {
      'CB:notification,type:w:gp2': (node) => this.#receiver.handleGroupNotice(node),
      'CB:notification,type:server_sync': (node) => this.#appState.handleNotice(node),
      'CB:call': (node) => this.#receiver.handleCallStanza(node),
    }
  }

  /** One event of the library. */
  handle(name: string, data: unknown): void {
    if (name === 'messages.upsert') this.#receiveHistory(data as BaileysEventMap['messages.upsert'])
    this.#receiver.handle(name, data)
  }

  /** WhatsApp let the connection in. */
  handleOpen(): void {
    this.#history.start()
    void this.#appState.start()
  }

  /** The credentials changed: the keys of the account's settings may be there now. */
  handleCredentials(): void {
    void this.#appState.start()
  }

  /** Something was committed. */
  advance(): void {
    this.#history.advance()
  }

  /** Address of whoever makes a call, as WhatsApp names them. */
  callerOf(callId: string): string | undefined {
    return this.#receiver.callerOf(callId)
  }

  /** The connection is gone. */
  stop(): void {
    this.#history.stop()
  }

  #receiveHistory({ messages }: BaileysEventMap['messages.upsert']): void {
    for (const { key, message } of messages) {
      const notice = historyIn(message)
      if (notice && key.fromMe === true && key.id) this.#history.receive(key.id, notice)
    }
  }
}

function partOf(notice: proto.Message.IHistorySyncNotification): MediaPart {
  const bytesOf = (value: Uint8Array | null | undefined) => (value?.length ? value : undefined)
  return {
    mediaClass: 'history',
    mediaKey: bytesOf(notice.mediaKey),
    directPath: notice.directPath || undefined,
    url: undefined,
    fileSha256: bytesOf(notice.fileSha256),
    fileEncSha256: bytesOf(notice.fileEncSha256),
  }
}
