import { createRequire } from 'node:module'

interface Chain {
  chainKey: { counter: number; key?: Buffer }
  chainType: number
  messageKeys: Record<string, Buffer>
}

/** The parts of libsignal's session that move while a message is tried on it. */
export interface SessionEntry {
  currentRatchet: object
  pendingPreKey?: object
  _chains: Record<string, Chain>
}

interface SessionCipher {
  decryptWithSessions(data: Buffer, sessions: SessionEntry[]): Promise<unknown>
  storeRecord(record: { sessions: Record<string, SessionEntry> }): Promise<void>
}

const receiving = 2
/** As many spent receiving chains as other implementations keep for messages that come late. */
const maxSpentChains = 5

/** Remembers a session as it is; the result puts it back. */
export function rememberSession(session: SessionEntry): () => void {
  const ratchet = { ...session.currentRatchet }
  const { pendingPreKey } = session
  const chains = Object.entries(session._chains).map(
    ([key, { chainKey, chainType, messageKeys }]) =>
      [key, { chainKey: { ...chainKey }, chainType, messageKeys: { ...messageKeys } }] as const,
  )
  return () => {
    session.currentRatchet = ratchet
    session._chains = Object.fromEntries(chains)
    if (pendingPreKey !== undefined) session.pendingPreKey = pendingPreKey
  }
}

/** Drops receiving chains that are spent, all but the newest few: the library keeps one per turn of a conversation for ever. */
export function pruneChains(session: SessionEntry): void {
  const spent = Object.keys(session._chains).filter((key) => {
    const chain = session._chains[key]
    return chain?.chainType === receiving && chain.chainKey.key === undefined
  })
  for (const key of spent.slice(0, -maxSpentChains)) delete session._chains[key]
}

// The library tries a message on each session of a device and moves the ratchet of every one it tries before the
// MAC tells whether the message fits. When a later session fits, the ones tried before are stored garbled: the next
// message sent in them cannot be read. So each try is undone unless it succeeds.
const { prototype } = createRequire(import.meta.url)('libsignal/src/session_cipher.js') as {
  prototype: SessionCipher
}
const { decryptWithSessions, storeRecord } = prototype

prototype.decryptWithSessions = async function tryEach(data, sessions) {
  if (sessions.length < 2) return decryptWithSessions.call(this, data, sessions)
  let failure: unknown
  for (const session of sessions) {
    const putBack = rememberSession(session)
    try {
      return await decryptWithSessions.call(this, data, [session])
    } catch (error) {
      putBack()
      failure = error
    }
  }
  throw failure
}

prototype.storeRecord = function storePruned(record) {
  for (const session of Object.values(record.sessions)) pruneChains(session)
  return storeRecord.call(this, record)
}
