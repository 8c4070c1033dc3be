import type { LookupFunction } from 'node:net'
import type { Readable } from 'node:stream'
import type { Logger } from 'pino'
import type { Clock } from '../platform/clock.ts'
import type { Database } from '../platform/database/database.ts'
import { AppError } from '../platform/errors.ts'
import type { Ids } from '../platform/ids.ts'
import { createAccountActions } from './actions/account-actions.ts'
import { createChannelActions } from './actions/channel-actions.ts'
import { createChatActions } from './actions/chat-actions.ts'
import { createContactActions } from './actions/contact-actions.ts'
import { createGroupActions } from './actions/group-actions.ts'
import { createLabelActions } from './actions/label-actions.ts'
import type { Engine, KeptFile } from './engine.ts'
import { sessionNotConnected, sessionNotLinking } from './engine-errors.ts'
import type { EngineListener } from './events.ts'
import { chatKind } from './ids.ts'
import { storableOnly } from './inbound/storable-facts.ts'
import { handOverChannel, lockEpochs, writeKeys } from './keys/auth-store.ts'
import { KeyWriter } from './keys/key-writer.ts'
import type { EngineSecrets } from './keys/session-store.ts'
import { silenceLibraryConsole } from './library/console-guard.ts'
import { generateMessageIDV2, WA_CERT_DETAILS } from './library/library.ts'
import { surviveLibraryRejections } from './library/library-rejections.ts'
import { isLoopback } from './library/loopback.ts'
import { createMediaTransfers, type MediaTransfers } from './media/session-media.ts'
import type { BlobLocator } from './media/upload.ts'
import type { Connection } from './session/connection.ts'
import { Sessions } from './session/sessions.ts'

/** What the engine is made from. */
export interface EngineOptions {
  db: Database
  clock: Clock
  ids: Ids
  log: Logger
  config: EngineConfig
  secrets: EngineSecrets
  /** The bytes of files to send, by their key in the blob store. */
  readBlob(key: string): Promise<Readable>
  /** Where such a file is on this machine's disk, sealed; undefined when it is elsewhere. Asked for large files. */
  locateBlob?: BlobLocator
  /** Keeps what comes of a file that was asked for; fails when the stream does, and when it is longer than `maxBytes`. */
  keepFile(
    stream: Readable,
    file: { tenantId: string; mimetype: string; maxBytes: number },
  ): Promise<KeptFile>
  listener: EngineListener
  /** Finds, or refuses, the address of a proxy's name each time it is connected to. */
  proxyLookup?: LookupFunction
  /** Names this process in leases; a constant where only one process can run, so that a restart waits for nothing. */
  ownerId: string
}

/** Settings of the engine; all but `waUrl` have defaults for production. Times in milliseconds. */
export interface EngineConfig {
  /** A simulator on a loopback address instead of WhatsApp. */
  waUrl?: string | undefined
  connectTimeoutMs?: number
  reconnectBaseMs?: number
  leaseMs?: number
  maxConnecting?: number
  probeAfterMs?: number
  probeTimeoutMs?: number
  presenceWaitMs?: number
  /** First pause before WhatsApp is asked again about a restriction that has no end. */
  askAgainMs?: number
}

/** Root of the simulator's server certificate; trusted only on a loopback address. */
export const simulatorRootPublicKey = '4c49b9d81584f8c8da314d389f94b71d7db1c7ac76a746adad594a0f0ad08c19'

const defaultAckTimeoutMs = 20_000
/** How long a killed process keeps its sessions from the others. */
const serverLeaseMs = 10_000
/** Nobody waits for it: what counts is that an idle process seldom writes. */
const embeddedLeaseMs = 60_000

/** Makes the engine; nothing connects until a session is started. */
export function createEngine(options: EngineOptions): Engine {
  const { db, clock, log, config } = options
  const listener = storableOnly(options.listener)
  silenceLibraryConsole()
  surviveLibraryRejections(log)
  pinRoot(config.waUrl)
  const leaseMs = config.leaseMs ?? (db.kind === 'embedded' ? embeddedLeaseMs : serverLeaseMs)
  const media = createMediaTransfers({ ...options, waUrl: config.waUrl })
  const writer = new KeyWriter((sessions) => writeKeys(db, sessions), log)
  const sessions = new Sessions({
    db,
    secrets: options.secrets,
    writer,
    clock,
    log,
    listener,
    ownerId: options.ownerId,
    proxyLookup: options.proxyLookup,
    leaseMs,
    maxConnecting: config.maxConnecting ?? 20,
    environment: {
      clock,
      ids: options.ids,
      log,
      listener,
      media,
      waUrl: config.waUrl,
      askAgainMs: config.askAgainMs,
      connectTimeoutMs: config.connectTimeoutMs ?? 20_000,
      leaseMs,
      reconnectBaseMs: config.reconnectBaseMs ?? 1000,
      probe: { afterMs: config.probeAfterMs ?? 90_000, timeoutMs: config.probeTimeoutMs ?? 10_000 },
    },
  })
  return assemble(sessions, media, options)
}

function assemble(sessions: Sessions, media: MediaTransfers, options: EngineOptions): Engine {
  const { clock, keepFile } = options
  const { presenceWaitMs = 1500 } = options.config
  const open = (sessionId: string) => requireOpen(sessions, sessionId)
  return {
    start: (session) => sessions.start(session),
    stop: (sessionId, cause) => sessions.stop(sessionId, cause),
    logout: (session) => sessions.logout(session),
    erase: (sessionId) => sessions.erase(sessionId),
    findFree: (sessionIds) => sessions.findFree(sessionIds),
    lockEpochs,
    onHandOver: (run) => watchHandOvers(options.db, run),
    qrCode: (sessionId) => sessions.get(sessionId)?.qrCode,
    linkCode: async (sessionId) => sessions.get(sessionId)?.qrCode,
    async requestPairingCode(sessionId, phone) {
      const session = sessions.get(sessionId)
      if (session === undefined) throw new AppError(sessionNotLinking)
      return session.requestPairingCode(phone)
    },
    isWorking: (sessionId) => sessions.get(sessionId)?.open !== undefined,
    activity: (sessionId) => sessions.get(sessionId)?.activity,
    newMessageId: (sessionId) => generateMessageIDV2(sessions.get(sessionId)?.accountId),
    prepareFile: (file) => media.uploads.prepare(file),
    startUpload({ sessionId, chatId, content }) {
      if (!('file' in content) || chatKind(chatId) === 'channel') return
      sessions.get(sessionId)?.open?.media.startUpload(content)
    },
    async send(submission, sendOptions) {
      const connection = sessions.get(submission.sessionId)?.open
      if (connection === undefined) return { kind: 'not_sent', error: 'not_connected' }
      return connection.sender.send(submission, sendOptions?.ackTimeoutMs ?? defaultAckTimeoutMs)
    },
    async setChatState(sessionId, chatId, state) {
      const connection = requireOpen(sessions, sessionId)
      const jid = await connection.addresses.jidOf(chatId)
      await connection.socket.sendPresenceUpdate(state === 'typing' ? 'composing' : state, jid)
    },
    async setPresence(sessionId, presence) {
      const available = presence === 'online' ? 'available' : 'unavailable'
      await requireOpen(sessions, sessionId).socket.sendPresenceUpdate(available)
    },
    async presenceOf(sessionId, chatId) {
      const connection = requireOpen(sessions, sessionId)
      if (!connection.receiver.hasPresence(chatId)) {
        await connection.socket.presenceSubscribe(await connection.addresses.jidOf(chatId))
      }
      return connection.receiver.presenceOf(chatId, presenceWaitMs)
    },
    async fetchFile(sessionId, { tenantId, mimetype, ...message }, limits) {
      const { maxBytes } = limits
      const stream = await open(sessionId).media.download(message, limits)
      return keepFile(stream, { tenantId, mimetype, maxBytes })
    },
    groups: createGroupActions(open),
    channels: createChannelActions(open),
    chats: createChatActions(open, clock),
    labels: createLabelActions(open, clock),
    contacts: createContactActions(open),
    ...createAccountActions(open, defaultAckTimeoutMs),
    async close() {
      await sessions.close()
      await media.hosts.close()
    },
  }
}

/** Only one process can open an embedded database: there is nobody to tell. */
async function watchHandOvers(db: Database, run: () => void): Promise<{ close(): Promise<void> }> {
  if (db.kind === 'embedded') return { close: async () => undefined }
  return db.listen(handOverChannel, run, run)
}

function requireOpen(sessions: Sessions, sessionId: string): Connection {
  const session = sessions.get(sessionId)
  if (session === undefined) throw new AppError(sessionNotConnected)
  return session.requireOpen()
}

/**
 * The library has no option for another root of the server's certificate, but takes it from this object. Anything
 * but a loopback address is checked against WhatsApp's own root.
 */
function pinRoot(waUrl: string | undefined): void {
  if (waUrl === undefined) return
  if (!isLoopback(new URL(waUrl).hostname)) throw new Error('MOLTFLOW_WA_URL must be a loopback address')
  WA_CERT_DETAILS.PUBLIC_KEY = Buffer.from(simulatorRootPublicKey, 'hex')
}
