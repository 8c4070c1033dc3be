import type { proto } from 'baileys'
import type { Account } from '../accounts.ts'
import { faultsOf } from '../faults/model.ts'
import { notifyGraph } from '../graph.ts'
import { Group } from '../groups/model.ts'
import { historyOf } from '../history/model.ts'
import { seconds } from '../stanza.ts'
import { defineState } from '../state.ts'
import type { World } from '../world.ts'
import type { LimitsDraft } from './inputs.ts'

/** Codes of the acknowledgement that refuses a message. Source: `NackReason` of WhatsApp Web. */
const reachOutLocked = 463
const newChatsCapped = 475

const dayMs = 86_400_000
const minuteMs = 60_000
/** Shares of the quota from which the service warns. They are ours: the real ones are not known. */
const warnings = { FIRST_WARNING: 0.75, SECOND_WARNING: 0.9 }

/** Queries that can be limited. */
export type LimitedQuery = 'groups' | 'contacts' | 'pictures'

type ReachOutLock = { until: number; enforcement: string }
type Quota = { quota: number; used: number; starts: number; ends: number }

/** What an account may do, as the owner of the simulator set it. */
export type SavedLimits = {
  perMinute: Partial<Record<LimitedQuery, number | null | undefined>>
  asked: Map<LimitedQuery, number[]>
  lock: ReachOutLock | undefined
  newChats: Quota | undefined
}

type Limits = SavedLimits

/** The limits of an account as JSON. */
export type LimitsView = {
  queriesPerMinute: Partial<Record<LimitedQuery, number>>
  reachOutLock: { until: string; enforcement: string } | null
  newChats: { quota: number; used: number; cycleStarts: string; cycleEnds: string; status: string } | null
}

const limits = defineState<Account, Limits>(() => ({
  perMinute: {},
  asked: new Map(),
  lock: undefined,
  newChats: undefined,
}))

/** Sets limits; clients are notified of those that the service notifies them of. */
export function setLimits(world: World, account: Account, draft: LimitsDraft): LimitsView {
  const current = limits.of(account)
  const { queriesPerMinute, reachOutLock, newChats } = draft
  if (queriesPerMinute === null) current.perMinute = {}
  else Object.assign(current.perMinute, queriesPerMinute)
  if (reachOutLock !== undefined) {
    current.lock = reachOutLock
      ? {
          until: Date.parse(reachOutLock.until),
          enforcement: reachOutLock.enforcement ?? 'WEB_COMPANION_ONLY',
        }
      : undefined
    notifyLock(world, account)
  }
  if (newChats !== undefined) {
    const starts = Date.now()
    current.newChats = newChats
      ? {
          quota: newChats.quota,
          used: newChats.used ?? 0,
          starts,
          ends: newChats.cycleEnds === undefined ? starts + 30 * dayMs : Date.parse(newChats.cycleEnds),
        }
      : undefined
    notifyCapping(account)
  }
  return describeLimits(account)
}

/** The limits of an account. */
export function describeLimits(account: Account): LimitsView {
  const lock = lockOf(account)
  const quota = quotaOf(account)
  const rates = Object.entries(limits.peek(account)?.perMinute ?? {}).filter(
    ([, rate]) => typeof rate === 'number',
  )
  return {
    queriesPerMinute: Object.fromEntries(rates),
    reachOutLock: lock ? { until: isoOf(lock.until), enforcement: lock.enforcement } : null,
    newChats: quota
      ? {
          quota: quota.quota,
          used: quota.used,
          cycleStarts: isoOf(quota.starts),
          cycleEnds: isoOf(quota.ends),
          status: statusOf(quota),
        }
      : null,
  }
}

/** The limits of an account, to save and to restore; undefined when there never were any. */
export const savedLimits = limits.peek

/** Puts limits in place that were saved. */
export const restoreLimits = limits.set

/** Counts a query of a client; true when it is one too many. */
export function isOverRate(account: Account, kind: LimitedQuery): boolean {
  const current = limits.peek(account)
  const rate = current?.perMinute[kind]
  if (!current || typeof rate !== 'number') return false
  const now = Date.now()
  const recent = (current.asked.get(kind) ?? []).filter((at) => at > now - minuteMs)
  current.asked.set(kind, recent)
  if (recent.length >= rate) return true
  recent.push(now)
  return false
}

/** The code that refuses a new message of a client to this chat. A message that passes is counted. */
export function refusalOf(account: Account, chat: Account | Group): number | undefined {
  if (!limits.peek(account) || chat instanceof Group || chat === account) return undefined
  const lock = lockOf(account)
  const quota = quotaOf(account)
  if (lock && !isInTouch(account, chat)) return reachOutLocked
  if (!quota || hasWritten(chat, account)) return undefined
  if (quota.used >= quota.quota) return newChatsCapped
  const before = statusOf(quota)
  quota.used++
  if (statusOf(quota) !== before) notifyCapping(account)
  return undefined
}

/** Answer to a client that asks for its reach-out time lock. Source: `fetchAccountReachoutTimelock` of Baileys. */
export function lockForClient(world: World, account: Account): object {
  const lock = lockOf(account)
  if (lock) return activeLock(lock.until, lock.enforcement)
  const fault = faultsOf(world).find('ack_error', account.phone)
  if (fault?.code !== reachOutLocked) return { is_active: false }
  return activeLock(fault.until, 'WEB_COMPANION_ONLY')
}

/** Answer to a client that asks how many new chats it may start. Source: `fetchNewChatMessageCap` of Baileys. */
export function cappingForClient(account: Account): object {
  const quota = quotaOf(account)
  const common = {
    server_sent_timestamp: seconds(),
    ote_status: 'NOT_ELIGIBLE',
    mv_status: 'NOT_ELIGIBLE',
  }
  if (!quota) return { ...common, total_quota: -1, used_quota: 0, capping_status: 'NONE' }
  return {
    ...common,
    total_quota: quota.quota,
    used_quota: quota.used,
    cycle_start_timestamp: secondsOf(quota.starts),
    cycle_end_timestamp: secondsOf(quota.ends),
    capping_status: statusOf(quota),
  }
}

const minimumVersions = defineState<World, readonly number[] | undefined>(() => undefined)

/** Whether a client is too old to be let in. */
export function isOutdated(world: World, payload: proto.ClientPayload): boolean {
  const minimum = minimumVersions.of(world)
  if (!minimum) return false
  const { primary, secondary, tertiary } = payload.userAgent?.appVersion ?? {}
  const version = [primary ?? 0, secondary ?? 0, tertiary ?? 0]
  const differing = minimum.findIndex((part, index) => part !== version[index])
  return differing >= 0 && (version[differing] ?? 0) < (minimum[differing] ?? 0)
}

/** The oldest version that may log in, to save it. */
export function minimumVersionOf(world: World): string | null {
  return minimumVersions.of(world)?.join('.') ?? null
}

/** Refuses clients that are older; null admits all. */
export function setMinimumVersion(world: World, minimum: string | null): void {
  minimumVersions.set(world, minimum?.split('.').map(Number))
}

function lockOf(account: Account): ReachOutLock | undefined {
  const lock = limits.peek(account)?.lock
  return lock && lock.until > Date.now() ? lock : undefined
}

/** The quota of the cycle that runs now: when one is over, the next begins with nothing used. */
function quotaOf(account: Account): Quota | undefined {
  const quota = limits.peek(account)?.newChats
  const now = Date.now()
  if (quota && quota.ends <= now) Object.assign(quota, { used: 0, starts: now, ends: now + 30 * dayMs })
  return quota
}

function statusOf({ quota, used }: Quota): string {
  if (used >= quota) return 'CAPPED'
  if (used >= quota * warnings.SECOND_WARNING) return 'SECOND_WARNING'
  return used >= quota * warnings.FIRST_WARNING ? 'FIRST_WARNING' : 'NONE'
}

function hasWritten(person: Account, to: Account): boolean {
  const past = historyOf(to)?.chats.find(({ chat }) => chat === person)
  if (past?.messages.some(({ author }) => author === person)) return true
  return to.messages.all().some(({ from, chat }) => from === person.chatId && chat === person.chatId)
}

function isInTouch(account: Account, person: Account): boolean {
  const past = historyOf(account)?.chats.find(({ chat }) => chat === person)
  if (past?.messages.length) return true
  return account.messages.all().some(({ chat }) => chat === person.chatId)
}

function activeLock(until: number | undefined, enforcement: string): object {
  const ends = until === undefined ? {} : { time_enforcement_ends: secondsOf(until, Math.ceil) }
  return { is_active: true, enforcement_type: enforcement, ...ends }
}

function notifyLock(world: World, account: Account): void {
  const lock = lockOf(account)
  const state = lock ? activeLock(lock.until, lock.enforcement) : { is_active: false }
  notifyGraph([account], 'NotificationUserReachoutTimelockUpdate', {
    data: { xwa2_notify_account_reachout_timelock: state },
  })
  if (!lock) return
  world.after(Math.min(lock.until - Date.now() + 1, 2 ** 31 - 1), () => {
    if (limits.peek(account)?.lock === lock) notifyLock(world, account)
  })
}

function notifyCapping(account: Account): void {
  const info = cappingForClient(account)
  notifyGraph([account], 'MessageCappingInfoNotification', {
    data: { xwa2_notify_new_chat_messages_capping_info_update: info },
  })
}

const isoOf = (ms: number) => new Date(ms).toISOString()
const secondsOf = (ms: number, round = Math.floor) => String(round(ms / 1000))
