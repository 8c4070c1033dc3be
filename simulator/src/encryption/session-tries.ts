import { createRequire } from 'node:module'

/** What this module needs of libsignal's session. */
type SessionEntry = {
  constructor: { deserialize(saved: unknown): object }
  serialize(): unknown
}

type SessionCipher = { decryptWithSessions(data: Buffer, sessions: SessionEntry[]): Promise<unknown> }

const require = createRequire(import.meta.url)
const { prototype } = require('libsignal/src/session_cipher.js') as { prototype: SessionCipher }
const { decryptWithSessions } = prototype

// libsignal moves the ratchet of every session it tries a message on before the MAC tells whether it fits, and
// stores them all once a later one does. What is sent in the garbled ones later cannot be read, so a phone would
// lose messages that a real one shows: each try is undone unless it succeeds.
prototype.decryptWithSessions = async function tryEach(data, sessions) {
  if (sessions.length < 2) return decryptWithSessions.call(this, data, sessions)
  let failure: unknown
  for (const session of sessions) {
    const saved = session.serialize()
    try {
      return await decryptWithSessions.call(this, data, [session])
    } catch (error) {
      Object.assign(session, session.constructor.deserialize(saved))
      failure = error
    }
  }
  throw failure
}
