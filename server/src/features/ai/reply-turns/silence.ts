import { changedSince, isWithinHours } from '../../../platform/office-hours.ts'
import type { ReplySettings } from './reply-turns.schema.ts'
import type { ReplyChatRow } from './reply-turns.tables.ts'

/** Why nothing is answered. */
export type SilentReason =
  | 'off'
  | 'no_consent'
  | 'own_account'
  | 'automatic_peer'
  | 'person_answered'
  | 'paused'
  | 'outside_hours'
  | 'chat_cap'
  | 'session_cap'
  | 'too_old'

/** What of a chat's state decides. */
export type ChatState = Pick<
  ReplyChatRow,
  | 'mode'
  | 'pausedUntil'
  | 'handedOverAt'
  | 'resumedAt'
  | 'disclosedAt'
  | 'noticedAt'
  | 'day'
  | 'answers'
  | 'lastAnswerAt'
  | 'latencies'
  | 'lastHeard'
  | 'repeats'
  | 'turns'
>

/** All that decides whether a chat is answered by itself. */
export interface Situation {
  settings: ReplySettings
  state: ChatState
  isConsenting: boolean
  /** The other side is an account of this installation, whoever's. */
  isOwnAccount: boolean
  /** Automatic answers of the session on this UTC day. */
  answersOfDay: number
  /** When a person of the tenant answered last, here or on the phone. */
  personAnsweredAt: Date | null
}

/** What waits for an answer. */
export interface Burst {
  /** When its first message came. */
  firstAt: Date
  /** When its last was written. */
  newestAt: Date
  /** Its texts, hashed. */
  heard: string
  /** It says itself that a machine wrote it. */
  isDisclosed: boolean
}

/** Older messages are no matter of a machine any more. */
export const mostAgeMs = 10 * 60_000
const hourMs = 3_600_000
/** People need longer to read and to type. */
const machineMs = 3_000
/** The pace of people changes by more than this. */
const steadyMs = 1_000
const steadyShare = 0.05
const longestSteadyMs = 120_000
const samplesNeeded = 3
const mostRepeats = 2

/** How the other side goes on, with this burst. */
export interface Rhythm {
  latencies: number[]
  repeats: number
  turns: number
}

/** What a burst adds to what is known of the other side's rhythm; an hour's pause begins it anew. */
export function rhythmWith(state: ChatState, burst: Burst): Rhythm {
  const { lastAnswerAt } = state
  if (lastAnswerAt === null) return { latencies: [], repeats: 0, turns: 0 }
  const latency = burst.firstAt.getTime() - lastAnswerAt.getTime()
  if (latency > hourMs) return { latencies: [], repeats: 0, turns: 0 }
  const latencies = [...state.latencies, Math.max(0, Math.round(latency))].slice(-samplesNeeded)
  return { latencies, repeats: state.lastHeard === burst.heard ? state.repeats + 1 : 0, turns: state.turns }
}

/** Whether the other side is a machine, as far as its rhythm tells: too quick, too steady, always the same, without end. */
export function isMachine({ latencies, repeats, turns }: Rhythm, mostTurns: number): boolean {
  if (repeats >= mostRepeats || turns >= mostTurns) return true
  if (latencies.length < samplesNeeded) return false
  const [low, high] = [Math.min(...latencies), Math.max(...latencies)]
  if (high < machineMs) return true
  const mean = latencies.reduce((sum, latency) => sum + latency, 0) / latencies.length
  return mean < longestSteadyMs && high - low <= Math.max(steadyMs, mean * steadyShare)
}

/** The mode of a chat: its own, else the session's. */
export function modeOf({ settings, state }: Pick<Situation, 'settings' | 'state'>): ReplySettings['mode'] {
  return state.mode ?? settings.mode
}

/** Who of the tenant is in a chat. */
interface People {
  settings: ReplySettings
  state: Pick<ChatState, 'pausedUntil' | 'resumedAt'> | undefined
  personAnsweredAt: Date | null
}

/** Why a chat is a person's matter now; undefined when it is not. */
export function hasPaused(
  { settings, state, personAnsweredAt: at }: People,
  now: Date,
): 'person_answered' | 'paused' | undefined {
  const { resumedAt = null, pausedUntil = null } = state ?? {}
  const isOver = at === null || (resumedAt !== null && at <= resumedAt)
  if (!isOver && now.getTime() - at.getTime() < settings.pause_hours * hourMs) return 'person_answered'
  return pausedUntil !== null && pausedUntil > now ? 'paused' : undefined
}

/** Whether automatic answers rest because of the hour. */
export function isOutsideHours(
  { office_hours: hours, office_hours_active: active }: ReplySettings,
  now: Date,
): boolean {
  return hours !== null && isWithinHours(hours, now) !== (active === 'inside')
}

/** Whether somebody is told that nobody is there: once for each time that begins. */
export function needsNotice({ settings, state }: Situation, now: Date): boolean {
  const { office_hours: hours, office_hours_notice: notice } = settings
  if (hours === null || notice === null) return false
  return state.noticedAt === null || changedSince(hours, state.noticedAt, now)
}

/** Why a burst is not answered by itself; undefined when it is. Asked before a model is, and again before it is sent. */
export function reasonForSilence(situation: Situation, burst: Burst, now: Date): SilentReason | undefined {
  const { settings, state } = situation
  if (modeOf(situation) === 'off') return 'off'
  if (!situation.isConsenting) return 'no_consent'
  if (situation.isOwnAccount) return 'own_account'
  if (now.getTime() - burst.newestAt.getTime() > mostAgeMs) return 'too_old'
  const { personAnsweredAt: at } = situation
  // To this very burst: however soon the machine may speak again.
  if (at !== null && at >= burst.firstAt) return 'person_answered'
  const paused = hasPaused(situation, now)
  if (paused !== undefined) return paused
  if (burst.isDisclosed || isMachine(rhythmWith(state, burst), settings.max_turns)) return 'automatic_peer'
  if (isOutsideHours(settings, now)) return 'outside_hours'
  const today = now.toISOString().slice(0, 10)
  if (state.day === today && state.answers >= settings.max_per_chat_per_day) return 'chat_cap'
  if (situation.answersOfDay >= settings.max_per_day) return 'session_cap'
  return undefined
}
