import { type Context, tenantOf } from '../../../context.ts'
import type { Sql } from '../../../platform/database/database.ts'
import { compileKeywords, type KeywordMatcher } from '../../../platform/keywords/keywords.ts'
import { defineCache, publishChange } from '../../account/tenants/changes.service.ts'
import { listWatched, type ShownGroup } from './monitored-groups.store.ts'

/** An active group as every message of its session asks for it. */
export interface WatchedGroup
  extends Pick<
    ShownGroup,
    | 'id'
    | 'waGroupId'
    | 'shownName'
    | 'monitorMode'
    | 'autoRespond'
    | 'responseTemplate'
    | 'autoRespondIntervalHours'
    | 'autoRespondDailyCap'
    | 'autoLabelLeads'
    | 'leadLabelId'
    | 'skipAdmins'
    | 'skipExistingContacts'
  > {
  /** Compiled when the first message asks. */
  matcher(): KeywordMatcher
}

/** What of a session is listened to. */
export interface WatchedSession {
  sessionId: string
  /** Chat id of the account itself, once it was linked. */
  ownChatId: string | null
  /** By WhatsApp id. */
  groups: ReadonlyMap<string, WatchedGroup>
}

function toWatched(row: ShownGroup): WatchedGroup {
  let matcher: KeywordMatcher | undefined
  const { monitorKeywords, keywordMatch, ...group } = row
  return {
    ...group,
    matcher: () => {
      matcher ??= compileKeywords(monitorKeywords, keywordMatch)
      return matcher
    },
  }
}

const watched = defineCache<WatchedSession>({
  max: 10_000,
  maxAgeMs: 60_000,
  subjectsOf: ({ sessionId }) => [`monitoring:${sessionId}`],
  async load(ctx, sql, sessionId) {
    const { sessionPhone, groups } = await listWatched(sql, tenantOf(ctx), sessionId)
    return {
      sessionId,
      ownChatId: sessionPhone === null ? null : `${sessionPhone}@c.us`,
      groups: new Map(groups.map((group) => [group.waGroupId, toWatched(group)])),
    }
  },
})

const nothing: WatchedSession = { sessionId: '', ownChatId: null, groups: new Map() }

/** What of a session is listened to, from memory; for handlers, within a transaction that changes none of it. */
export async function getWatched(ctx: Context, sql: Sql, sessionId: string): Promise<WatchedSession> {
  return (await watched.getWithin(ctx, sessionId, sql)) ?? nothing
}

/** Says, inside the transaction that changes them, that the groups of sessions, or their accounts, changed. */
export async function announceWatched(ctx: Context, sql: Sql, sessionIds: readonly string[]): Promise<void> {
  if (sessionIds.length === 0) return
  await publishChange(
    ctx,
    sql,
    sessionIds.map((id) => `monitoring:${id}` as const),
  )
}
