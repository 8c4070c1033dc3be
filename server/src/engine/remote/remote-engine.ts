import type { Logger } from 'pino'
import type { Clock } from '../../platform/clock.ts'
import type { Database } from '../../platform/database/database.ts'
import { AppError } from '../../platform/errors.ts'
import type { Events } from '../../platform/events/events.ts'
import type { Ids } from '../../platform/ids.ts'
import type { Engine, KeptFile, SubmitOutcome } from '../engine.ts'
import { sessionRunsElsewhere } from '../engine-errors.ts'
import { findLeaseHolder } from '../keys/auth-store.ts'
import { reduceToFile } from '../media/part.ts'
import { type RemoteCall, RemoteCalls } from './calls.ts'

/** What the shared engine is made from. */
export interface SharedEngineOptions {
  engine: Engine
  db: Database
  events: Events
  clock: Clock
  ids: Ids
  log: Logger
  /** As the engine's own. */
  ownerId: string
}

/** Methods whose first argument is the session and whose other arguments and answers are plain data. */
const forwardedMethods = [
  'stop',
  'linkCode',
  'requestPairingCode',
  'setChatState',
  'setPresence',
  'presenceOf',
  'rejectCall',
  'requestHistory',
  'postStatus',
] as const satisfies readonly (keyof Engine)[]

/** Groups of methods of which that is true for all. */
const forwardedGroups = ['groups', 'channels', 'chats', 'labels', 'contacts'] as const

type AnyMethod = (...args: never[]) => Promise<unknown>

/** A message without a file leaves at once, and its ack is waited for at most 20 seconds. */
const sendWithinMs = 30_000
/** Beside the time for the file itself: storing it in a bucket far away. */
const storeWithinMs = 60_000

/**
 * One engine over several processes on one database: what is asked about a session that another process holds is done
 * there. Files do not travel between processes: the holder stores one that was asked for, and answers its key.
 */
export function shareEngine(options: SharedEngineOptions): Engine {
  const { engine, db, ownerId } = options
  // Only one process can open an embedded database.
  if (db.kind === 'embedded') return engine
  const calls = new RemoteCalls({ ...options, sql: db.sql, run: (call) => run(engine, call) })
  calls.open()

  const forward = async (
    method: string,
    sessionId: string,
    args: readonly unknown[],
    withinMs?: number,
  ): Promise<unknown> => {
    const call = { method, args }
    if (engine.isWorking(sessionId)) return run(engine, call)
    const holder = await findLeaseHolder(db, sessionId)
    return holder === undefined || holder === ownerId ? run(engine, call) : calls.call(holder, call, withinMs)
  }
  const send: Engine['send'] = async (submission, sendOptions = {}) => {
    const ask = () => forward('send', submission.sessionId, [submission, sendOptions], sendWithinMs)
    // An answer may be lost: asked again, whoever holds the session by then sends nothing twice under one id.
    return (await ask().catch((error: unknown) => {
      if (error instanceof AppError && error.code === sessionRunsElsewhere.code) return ask()
      throw error
    })) as SubmitOutcome
  }
  const fetchFile: Engine['fetchFile'] = async (sessionId, file, limits) => {
    if (engine.isWorking(sessionId)) return engine.fetchFile(sessionId, file, limits)
    const args = [sessionId, { ...file, proto: reduceToFile(file.proto) }, limits]
    return (await forward('fetchFile', sessionId, args, limits.timeoutMs + storeWithinMs)) as KeptFile
  }
  const bySession =
    (method: string) =>
    (...args: [string, ...unknown[]]) =>
      forward(method, args[0], args)
  const methods = forwardedMethods.map((name) => [name, bySession(name)])
  const groups = forwardedGroups.map((group) => {
    const names = Object.keys(engine[group])
    return [group, Object.fromEntries(names.map((name) => [name, bySession(`${group}.${name}`)]))]
  })
  return {
    ...engine,
    ...(Object.fromEntries([...methods, ...groups]) as Partial<Engine>),
    send,
    fetchFile,
    logout: (session) => forward('logout', session.sessionId, [session]) as Promise<void>,
    async close() {
      await engine.close()
      calls.close()
    },
  }
}

/** Does here what was asked for, by name. */
function run(engine: Engine, { method, args }: RemoteCall): Promise<unknown> {
  const [group, name] = method.split('.')
  const owner = (name === undefined ? engine : engine[group as (typeof forwardedGroups)[number]]) as object
  const found = (owner as Record<string, AnyMethod | undefined>)[name ?? group ?? '']
  if (found === undefined) throw new Error('another process asked for what this one does not know')
  return found(...(args as never[]))
}
