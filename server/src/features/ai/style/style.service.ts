import type { z } from 'zod'
import { type Context, tenantOf } from '../../../context.ts'
import type { JobRun } from '../../../job.ts'
import type { Sql } from '../../../platform/database/database.ts'
import { AppError, unknownThing } from '../../../platform/errors.ts'
import { done, type JobOutcome, retryLater } from '../../../platform/jobs/jobs.ts'
import { unseal } from '../../../platform/secrets.ts'
import { getLimits, requireBelowLimit } from '../../account/plans/plans.service.ts'
import { requireOpenHistory } from '../../account/settings/chat-history.service.ts'
import { lockTenant } from '../../account/tenants/tenants.service.ts'
import { fullTextPurpose } from '../../conversations/messages/purposes.service.ts'
import { getSession } from '../../sessions/lifecycle/sessions.service.ts'
import { requireAi } from '../providers/providers.service.ts'
import {
  encodeProfile,
  encodeTask,
  leastSamples,
  type profileQuery,
  type RankedProfile,
  type StyleScope,
  scopeOf,
  type trainBody,
  trainStyleJob,
} from './style.schema.ts'
import * as store from './style.store.ts'
import { describeStyle, StyleStatistics } from './writing-style.ts'

const chatsPerPage = 25
const mostPerChat = 200
/** More do not change the figures; of a single chat no more are read either. */
const mostSamples = 2_000

const hasScope = (row: StyleScope, scope: StyleScope): boolean =>
  row.sessionId === scope.sessionId && row.waChatId === scope.waChatId

/** Refuses (403) a profile that the plan has no room for; one that is trained again needs none. */
async function requireRoom(ctx: Context, sql: Sql, scope: StyleScope, exceptTask?: string): Promise<void> {
  const tenantId = tenantOf(ctx)
  await lockTenant(sql, tenantId)
  const profiles = await store.listProfileRows(sql, tenantId)
  if (profiles.some((row) => hasScope(row, scope))) return
  const waiting = (await store.listOpenTasks(sql, tenantId)).filter(
    (task) =>
      task.id !== exceptTask && !hasScope(task, scope) && !profiles.some((row) => hasScope(row, task)),
  )
  // A task in the middle of its own end counts only the profiles that exist.
  const used = profiles.length + (exceptTask === undefined ? waiting.length : 0)
  await requireBelowLimit(ctx, sql, 'max_style_profiles', used)
}

/** Enqueues a training; its messages are read by a job. */
export async function trainStyle(ctx: Context, body: z.output<typeof trainBody>) {
  await requireOpenHistory(ctx)
  const tenantId = tenantOf(ctx)
  const scope = scopeOf(body)
  if (scope.sessionId !== null) await getSession(ctx, scope.sessionId)
  const taskId = ctx.ids.uuid()
  await ctx.db.transaction(async (sql) => {
    await requireRoom(ctx, sql, scope)
    const createdAt = ctx.clock.now()
    await store.insertTask(sql, {
      id: taskId,
      tenantId,
      ...scope,
      name: body.name ?? null,
      status: 'queued',
      createdAt,
    })
    await ctx.jobs.add(sql, trainStyleJob, { tenantId, taskId })
  })
  return { task_id: taskId, tenant_id: tenantId, contact_id: scope.waChatId, status: 'queued' as const }
}

/** How far a training is. */
export async function getTrainingStatus(ctx: Context, taskId: string) {
  const task = await store.findTask(ctx.db.sql, tenantOf(ctx), taskId)
  if (task === undefined) throw unknownThing('Task')
  return encodeTask(task)
}

function textOf(ctx: Context, { id, preview, full }: store.OwnText): string {
  return full === null ? (preview ?? '') : unseal(ctx.config, fullTextPurpose(id), full).toString()
}

/** Counts the texts of a scope page by page; ends early when the process stops or the consent is withdrawn. */
async function countTexts(
  ctx: Context,
  scope: StyleScope,
  run: JobRun,
  onPage: (samples: number) => Promise<void>,
): Promise<StyleStatistics | undefined> {
  const tenantId = tenantOf(ctx)
  const statistics = new StyleStatistics()
  let after: store.ChatCursor | null = null
  const most = scope.waChatId === null ? mostPerChat : mostSamples
  for (;;) {
    if (run.signal.aborted) return undefined
    await requireAi(ctx)
    const chats: store.OwnChat[] = await store.listOwnChats(ctx.db.sql, tenantId, scope, after, chatsPerPage)
    const ids = chats.map(({ id }) => id)
    for (const own of await store.listOwnTexts(ctx.db.sql, tenantId, ids, most))
      statistics.add(textOf(ctx, own))
    await onPage(statistics.messages)
    after = chats.at(-1) ?? null
    if (chats.length < chatsPerPage || after === null || statistics.messages >= mostSamples) return statistics
  }
}

/** Runs a training: figures of what people of the tenant wrote, stored in place of those of the same scope. */
export async function runTraining(ctx: Context, taskId: string, run: JobRun): Promise<JobOutcome> {
  const tenantId = tenantOf(ctx)
  const task = await store.findTask(ctx.db.sql, tenantId, taskId)
  if (task === undefined || task.status === 'completed' || task.status === 'failed') return done
  const note = (change: Parameters<typeof store.updateTask>[3]) =>
    store.updateTask(ctx.db.sql, tenantId, taskId, change)
  const { sessionId, waChatId, name } = task
  try {
    const statistics = await countTexts(ctx, { sessionId, waChatId }, run, (samples) =>
      note({ status: 'processing', progress: Math.min(95, Math.round((samples / mostSamples) * 95)) }),
    )
    if (statistics === undefined) return retryLater(1000)
    if (statistics.messages < leastSamples) {
      const error = `Only ${statistics.messages} own messages with a text were found, at least ${leastSamples} are needed`
      await note({ status: 'failed', error })
      return done
    }
    await ctx.db.transaction(async (sql) => {
      await requireRoom(ctx, sql, { sessionId, waChatId }, taskId)
      const now = ctx.clock.now()
      const profile = await store.upsertProfile(sql, {
        id: ctx.ids.uuid(),
        tenantId,
        sessionId,
        waChatId,
        name,
        features: statistics.features(),
        sampleCount: statistics.messages,
        lastTrainedAt: now,
        createdAt: now,
      })
      const change = { status: 'completed' as const, progress: 100, profileId: profile?.id ?? null }
      await store.updateTask(sql, tenantId, taskId, change)
    })
  } catch (error) {
    // A refusal, such as of a consent that was withdrawn, stays one; anything else is trouble of ours.
    if (!(error instanceof AppError) || error.status >= 500) throw error
    await note({ status: 'failed', error: error.message })
  }
  return done
}

/** Profiles oldest first; those beyond the plan's limit rest until there is room again. */
async function listRanked(ctx: Context): Promise<RankedProfile[]> {
  const tenantId = tenantOf(ctx)
  const limit = (await getLimits(ctx, tenantId)).max_style_profiles
  const rows = await store.listProfileRows(ctx.db.sql, tenantId)
  return rows.map((row, index) => ({ ...row, isUsable: limit === null || index < limit }))
}

/** What is there may be read and deleted after a downgrade too; who has nothing is told what the plan lacks. */
async function readOwn(ctx: Context): Promise<RankedProfile[]> {
  const profiles = await listRanked(ctx)
  if (profiles.length === 0) await requireAi(ctx)
  return profiles
}

/** The profiles of the caller's tenant. */
export async function listProfiles(ctx: Context) {
  return (await readOwn(ctx)).map(encodeProfile)
}

/** The profile that a query means; 404 for none. */
export async function getProfile(ctx: Context, query: z.output<typeof profileQuery>) {
  const profiles = await readOwn(ctx)
  const waChatId = query.contact_id ?? query.wa_chat_id
  const { session_id: sessionId, profile_id: profileId } = query
  const isMeant = (row: RankedProfile): boolean => {
    if (profileId !== undefined && row.id !== profileId) return false
    if (waChatId !== undefined && row.waChatId !== waChatId) return false
    if (sessionId !== undefined && row.sessionId !== sessionId) return false
    if (profileId !== undefined) return true
    if (waChatId === undefined && row.waChatId !== null) return false
    return waChatId !== undefined || sessionId !== undefined || row.sessionId === null
  }
  // Of several of one chat that of all sessions comes first.
  const found = profiles
    .filter(isMeant)
    .sort((a, b) => Number(a.sessionId !== null) - Number(b.sessionId !== null))
  if (found[0] === undefined) throw unknownThing('Style profile')
  return encodeProfile(found[0])
}

/** Removes a profile. */
export async function deleteProfile(ctx: Context, id: string): Promise<void> {
  await readOwn(ctx)
  if (!(await store.deleteProfileRow(ctx.db.sql, tenantOf(ctx), id))) throw unknownThing('Style profile')
}

/** Refuses (404) a profile that is not the tenant's. */
export async function requireStyleProfile(ctx: Context, id: string): Promise<void> {
  const rows = await store.listProfileRows(ctx.db.sql, tenantOf(ctx))
  if (!rows.some((row) => row.id === id)) throw unknownThing('Style profile')
}

/** How many profiles a tenant has. */
export function countStyleProfiles(sql: Sql, tenantId: string): Promise<number> {
  return store.countProfileRows(sql, tenantId)
}

/** Removes trainings that are over for a day. */
export async function forgetTasks(ctx: Context): Promise<void> {
  await store.deleteTasks(ctx.db.sql, new Date(ctx.clock.nowMs() - 24 * 3_600_000))
}

/** A style to write in, as an instruction. */
export interface ChosenStyle {
  profileId: string
  instruction: string
}

/**
 * The style for a reply: the profile that is named (404 for none), else that of the chat, of the session, of the tenant,
 * or none.
 */
export async function chooseStyle(
  ctx: Context,
  wanted: { waChatId: string; sessionId: string | null; profileId: string | null },
): Promise<ChosenStyle | undefined> {
  const { waChatId, sessionId, profileId } = wanted
  const profiles = await listRanked(ctx)
  if (profileId !== null) {
    const named = profiles.find(({ id }) => id === profileId)
    if (named === undefined) throw unknownThing('Style profile')
    return { profileId, instruction: describeStyle(named.features) }
  }
  const usable = profiles.filter(({ isUsable }) => isUsable)
  const cascade: StyleScope[] = [
    { sessionId, waChatId },
    { sessionId: null, waChatId },
    { sessionId, waChatId: null },
    { sessionId: null, waChatId: null },
  ]
  for (const scope of cascade) {
    const found = usable.find((row) => hasScope(row, scope))
    if (found !== undefined) return { profileId: found.id, instruction: describeStyle(found.features) }
  }
  return undefined
}
