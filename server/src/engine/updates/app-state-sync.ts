import type { BinaryNode, WAPatchName, WASocket } from 'baileys'
import type { Logger } from 'pino'
import type { SessionKeys } from '../keys/session-keys.ts'
import { codeOf } from '../library/ask.ts'
import { childrenOf } from '../library/binary-nodes.ts'
import { ALL_WA_PATCH_NAMES } from '../library/library.ts'

/**
 * Reads the settings that all devices of the account share. The library does so once, when its own history begins;
 * here it happens when the keys for them are there, once per link and again until it worked.
 */
export class AppStateSync {
  readonly #socket: () => WASocket
  readonly #keys: SessionKeys
  readonly #log: Logger
  #isRunning = false

  constructor(socket: () => WASocket, keys: SessionKeys, log: Logger) {
    this.#socket = socket
    this.#keys = keys
    this.#log = log
  }

  /** Reads everything, unless it is read already or the keys are missing. */
  async start(): Promise<void> {
    const { ev, authState } = this.#socket()
    const { creds } = authState
    if (this.#isRunning || creds.myAppStateKeyId === undefined) return
    this.#isRunning = true
    try {
      const done = await this.#keys.read('app-state-read', [''])
      if (done[''] !== undefined) return
      await this.#socket().resyncAppState(ALL_WA_PATCH_NAMES, true)
      // Committed with the versions, after what was read is stored.
      this.#keys.write('app-state-read', '', 1)
      // Without it the library would hold its events back for history at the start of every connection.
      ev.emit('creds.update', { accountSyncCounter: (creds.accountSyncCounter ?? 0) + 1 })
    } catch (error) {
      // Tried again with the next connection; until then changes are read as they come.
      this.#log.info({ code: codeOf(error) }, 'the settings of the account could not be read')
    } finally {
      this.#isRunning = false
    }
  }

  /** A notification of changes: of several collections the library reads only the first. */
  handleNotice(node: BinaryNode): void {
    const names = childrenOf(node, 'collection').flatMap(({ attrs }) => attrs.name ?? [])
    if (names.length < 2) return
    this.#socket()
      .resyncAppState(names.slice(1) as WAPatchName[], false)
      .catch((error: unknown) => this.#log.info({ code: codeOf(error) }, 'settings could not be read'))
  }
}
