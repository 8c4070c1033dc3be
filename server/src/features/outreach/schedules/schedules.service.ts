import { type Context, tenantOf } from '../../../context.ts'
import { chatKind } from '../../../engine/ids.ts'
import type { Sql } from '../../../platform/database/database.ts'
import { AppError, missingScope, unknownThing, validationFailed } from '../../../platform/errors.ts'
import { addressRefused, checkUrl } from '../../../platform/outgoing/safe-fetch.ts'
import { holdsScope } from '../../../scopes.ts'
import { customGroupInUse } from '../../groups/custom-groups/custom-groups.schema.ts'
import { holdUsableGroup } from '../../groups/custom-groups/custom-groups.service.ts'
import { idempotencyMismatch } from '../../sending/outbox/outbox.schema.ts'
import { getSession, holdSession } from '../../sessions/lifecycle/sessions.service.ts'
import { holdChannel } from '../channels/channels.service.ts'
import type { RecurrenceInput } from '../recurrence/recurrence.schema.ts'
import { nextRun, parseRecurrence } from '../recurrence/recurrence.service.ts'
import { variableNamesOf } from '../segments/segments.service.ts'
import { checkTemplate } from '../templating/templating.service.ts'
import { arm } from './arm.ts'
import { countExecutions, listExecutions } from './executions.store.ts'
import { executionToWire, previewToWire, recurrenceOf, scheduleToWire } from './schedule-wire.ts'
import {
  type CreateSchedule,
  channelOfOtherSession,
  type ScheduleObject,
  scheduleEnded,
  scheduleNotActive,
  scheduleNotEnded,
  scheduleNotPaused,
  schedulePassed,
  type UpdateSchedule,
} from './schedules.schema.ts'
import * as store from './schedules.store.ts'
import type { ScheduleRow } from './schedules.tables.ts'

const unknownSchedule = () => unknownThing('Scheduled message')

/** The newest runs that go with a schedule. */
const shownExecutions = 10

async function requireSchedule(ctx: Context, id: string): Promise<ScheduleRow> {
  const row = await store.findSchedule(ctx.db.sql, tenantOf(ctx), id)
  if (row === undefined) throw unknownSchedule()
  return row
}

/** One page of the tenant's schedules, newest first. */
export async function listSchedules(
  ctx: Context,
  { status, limit, offset }: { status?: ScheduleRow['status'] | undefined; limit: number; offset: number },
) {
  const tenantId = tenantOf(ctx)
  const rows = await store.listScheduleRows(ctx.db.sql, tenantId, status, { limit, offset })
  const total = await store.countSchedules(ctx.db.sql, tenantId, status)
  return { messages: rows.map(scheduleToWire), total, limit, offset }
}

/** One schedule with its latest runs, or 404. */
export async function getSchedule(ctx: Context, id: string) {
  const row = await requireSchedule(ctx, id)
  const page = { limit: shownExecutions, offset: 0 }
  const executions = await listExecutions(ctx.db.sql, row.tenantId, id, page)
  return { ...scheduleToWire(row), executions: executions.map(executionToWire) }
}

/** One page of a schedule's runs, newest first; 404 for an unknown one. */
export async function getHistory(
  ctx: Context,
  { id, limit, offset }: { id: string; limit: number; offset: number },
) {
  const { tenantId } = await requireSchedule(ctx, id)
  const rows = await listExecutions(ctx.db.sql, tenantId, id, { limit, offset })
  const total = await countExecutions(ctx.db.sql, tenantId, id)
  return { executions: rows.map(executionToWire), total, limit, offset }
}

/** Who plans posts to a channel may also post: a key with less is refused (403). */
function requireChannelScope({ caller }: Context): void {
  if (!('scopes' in caller) || holdsScope(caller.scopes, 'channels:manage')) return
  throw missingScope.create({ headers: { 'x-required-scopes': 'scheduled:manage channels:manage' } })
}

/** What a schedule writes with and to stays until the transaction ends; 404 when it is gone, 400 for a foreign channel. */
async function holdTarget(
  ctx: Context,
  sql: Sql,
  { tenantId, customGroupId, channelId, sessionId }: ScheduleRow,
): Promise<void> {
  await holdSession(ctx, sql, sessionId)
  if (customGroupId !== null) await holdUsableGroup(ctx, sql, tenantId, customGroupId)
  if (channelId === null) return
  const channel = await holdChannel(ctx, sql, channelId)
  if (channel.sessionId !== sessionId) throw channelOfOtherSession.create()
}

/** A name without a fallback, or a number: a group and a channel have neither. */
const personal = /\{\{\s{0,20}(?:name\s{0,20}\}|phone\s{0,20}[|}])/i

/** Names that texts may fill in. They are looked up before a transaction: inside, each would take a connection more. */
async function variablesFor(ctx: Context, row: Pick<ScheduleRow, 'tenantId' | 'customGroupId'>) {
  return row.customGroupId === null ? [] : await variableNamesOf(ctx, row.tenantId, row.customGroupId)
}

function checkTexts(row: ScheduleRow, known: readonly string[]): void {
  const { targetType, chatId, messageContent, variants } = row
  const texts = variants ?? (messageContent === null ? [] : [messageContent])
  const field = variants === null ? 'message_content' : 'variants'
  const isPerson = targetType === 'custom_group' || (chatId !== null && chatKind(chatId) === 'person')
  for (const text of texts) {
    checkTemplate(text, known, field)
    if (!isPerson && personal.test(text))
      throw refuseField(field, 'names a person, but a group or channel reads it: write {{name|everybody}}')
  }
}

function checkMedia(ctx: Context, url: string | null): void {
  if (url === null) return
  try {
    checkUrl(url, ctx.config.outgoingAllow)
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    throw addressRefused.create({ message: `media_url: ${error.message}`, cause: error })
  }
}

/** When something would run by these fields; 422 for what does not fit together, as when it is made. */
export function previewRule(ctx: Context, input: RecurrenceInput) {
  const now = ctx.clock.now()
  return previewToWire(parseRecurrence(input, { now }), now)
}

/** How long a request under a key is remembered. */
const keyTtlMs = 24 * 3_600_000

/** A request that may come more than once. */
interface UnderKey {
  key: string
  bodyHash: string
}

class KeyInUse extends Error {}

/** The schedule made under a key in the last 24 hours; 422 when it was asked for something else. */
async function findAgain(ctx: Context, tenantId: string, { key, bodyHash }: UnderKey) {
  const row = await store.findScheduleByKey(ctx.db.sql, tenantId, key)
  if (row === undefined || row.createdAt.getTime() < ctx.clock.nowMs() - keyTtlMs) return undefined
  if (row.idempotencyHash !== bodyHash) throw idempotencyMismatch.create()
  return row
}

/** Makes a schedule and arms its first run; the same request under the same key makes one. */
export async function createSchedule(
  ctx: Context,
  input: CreateSchedule & { idempotency?: UnderKey | undefined },
): Promise<ScheduleObject> {
  const tenantId = tenantOf(ctx)
  const { idempotency } = input
  const known = idempotency && (await findAgain(ctx, tenantId, idempotency))
  if (known !== undefined) return scheduleToWire(known)
  const now = ctx.clock.now()
  const { target_type: targetType, media_url: mediaUrl = null } = input
  const rule = parseRecurrence(input, { now, ...(targetType === 'chat' ? { defaultType: 'one_time' } : {}) })
  if (targetType === 'channel') requireChannelScope(ctx)
  await getSession(ctx, input.session_id)
  checkMedia(ctx, mediaUrl)
  const row: ScheduleRow = {
    ...rule,
    ...{ id: ctx.ids.uuid(), tenantId, name: input.name, status: 'active', targetType },
    sessionId: input.session_id,
    customGroupId: input.custom_group_id ?? null,
    chatId: input.chat_id ?? null,
    channelId: input.channel_id ?? null,
    messageType: mediaUrl === null ? 'text' : 'media',
    messageContent: input.message_content ?? null,
    mediaUrl,
    variants: input.variants ?? null,
    quietHours: input.quiet_hours ?? null,
    sendWithinMinutes: input.send_within_minutes ?? null,
    oncePerContact: input.once_per_contact ?? false,
    missedRuns: input.missed_runs ?? 'run_once',
    ...{ idempotencyKey: idempotency?.key ?? null, idempotencyHash: idempotency?.bodyHash ?? null },
    ...{ nextRunAt: null, dueJobId: null, lastRunAt: null, runCount: 0, createdAt: now, updatedAt: now },
  }
  checkTexts(row, await variablesFor(ctx, row))
  // A run at this very moment counts.
  return addSchedule(ctx, row, nextRun(rule, new Date(now.getTime() - 1)))
}

async function addSchedule(
  ctx: Context,
  row: ScheduleRow,
  first: ReturnType<typeof nextRun>,
): Promise<ScheduleObject> {
  const { tenantId, idempotencyKey: key, idempotencyHash } = row
  const before = new Date(ctx.clock.nowMs() - keyTtlMs)
  try {
    return await ctx.db.transaction(async (sql) => {
      await holdTarget(ctx, sql, row)
      if (key !== null) await store.clearScheduleKey(sql, tenantId, key, before)
      const armed = { ...row, ...(await arm(ctx, sql, row, first)) }
      // What was armed for it goes with the transaction.
      if (!(await store.insertSchedule(sql, armed))) throw new KeyInUse()
      return scheduleToWire(armed)
    })
  } catch (error) {
    if (!(error instanceof KeyInUse) || key === null) throw error
    // Somebody clicked twice, and the other click was a little faster.
    const made = await findAgain(ctx, tenantId, { key, bodyHash: idempotencyHash ?? '' })
    if (made === undefined) throw error
    return scheduleToWire(made)
  }
}

/** Does something to a schedule that nobody else changes meanwhile; 404 for an unknown one. */
function changeLocked(
  ctx: Context,
  id: string,
  change: (sql: Sql, row: ScheduleRow) => Promise<Partial<ScheduleRow>>,
): Promise<ScheduleObject> {
  const tenantId = tenantOf(ctx)
  return ctx.db.transaction(async (sql) => {
    const row = await store.lockSchedule(sql, tenantId, id)
    if (row === undefined) throw unknownSchedule()
    const updated = { ...(await change(sql, row)), updatedAt: ctx.clock.now() }
    const after = await store.updateSchedule(sql, tenantId, id, updated)
    if (after === undefined) throw unknownSchedule()
    return scheduleToWire(after)
  })
}

function requireNotEnded({ status }: ScheduleRow): void {
  if (status === 'cancelled' || status === 'completed') throw scheduleEnded.create()
}

/** What a PATCH makes of the content; a text and variants take each other's place. */
function contentOf(row: ScheduleRow, input: UpdateSchedule): Partial<ScheduleRow> {
  const { message_content: text, variants, media_url: url } = input
  const mediaUrl = url === undefined ? row.mediaUrl : url
  const messageType = mediaUrl === null ? ('text' as const) : ('media' as const)
  const content = { mediaUrl, messageType }
  if (variants) return { ...content, variants, messageContent: null }
  if (text !== undefined) return { ...content, variants: null, messageContent: text }
  return { ...content, ...(variants === null ? { variants: null } : {}) }
}

function refuseField(field: string, message: string): AppError {
  return validationFailed.create({
    message: `${field}: ${message}`,
    details: { errors: [{ field, message }] },
  })
}

function checkChanged(row: ScheduleRow, input: UpdateSchedule): void {
  if (row.mediaUrl === null && row.messageContent === null && row.variants === null)
    throw refuseField('message_content', 'is needed without a media_url')
  if (input.message_type !== undefined && input.message_type !== row.messageType)
    throw refuseField('message_type', 'does not agree with media_url')
  if (row.targetType === 'custom_group') return
  for (const field of ['variants', 'quiet_hours', 'once_per_contact'] as const)
    if (input[field]) throw refuseField(field, 'goes with a custom_group_id')
}

/** Changes a schedule that has not ended; a new time or rule takes effect at once. */
export async function updateSchedule(
  ctx: Context,
  id: string,
  input: UpdateSchedule,
): Promise<ScheduleObject> {
  checkMedia(ctx, input.media_url ?? null)
  const hasTexts = input.message_content !== undefined || Boolean(input.variants)
  const before = await requireSchedule(ctx, id)
  requireNotEnded(before)
  const known = hasTexts ? await variablesFor(ctx, before) : []
  return changeLocked(ctx, id, async (sql, row) => {
    requireNotEnded(row)
    const now = ctx.clock.now()
    const current = recurrenceOf(row)
    const rule = parseRecurrence(input, { now, current })
    const { name, quiet_hours: quietHours, send_within_minutes: within } = input
    const { missed_runs: missedRuns, once_per_contact: oncePerContact } = input
    const after: ScheduleRow = {
      ...row,
      ...rule,
      ...contentOf(row, input),
      ...(name === undefined ? {} : { name }),
      ...(quietHours === undefined ? {} : { quietHours }),
      ...(within === undefined ? {} : { sendWithinMinutes: within }),
      ...(missedRuns === undefined ? {} : { missedRuns }),
      ...(oncePerContact === undefined ? {} : { oncePerContact }),
    }
    checkChanged(after, input)
    if (hasTexts) checkTexts(after, known)
    if (rule === current || row.status === 'paused') return after
    return { ...after, ...(await arm(ctx, sql, row, nextRun(rule, new Date(now.getTime() - 1)))) }
  })
}

/** Ends a schedule: nothing of it runs any more. A run under way goes on. */
export function cancelSchedule(ctx: Context, id: string): Promise<ScheduleObject> {
  return changeLocked(ctx, id, async (sql, row) => {
    requireNotEnded(row)
    return { status: 'cancelled', ...(await arm(ctx, sql, row, null)) }
  })
}

/** Lets a schedule rest. */
export function pauseSchedule(ctx: Context, id: string): Promise<ScheduleObject> {
  return changeLocked(ctx, id, async (sql, row) => {
    if (row.status !== 'active')
      throw scheduleNotActive.create({ message: `${scheduleNotActive.text}: it is ${row.status}` })
    return { status: 'paused', ...(await arm(ctx, sql, row, null)) }
  })
}

/** Lets a schedule go on from now; what it missed meanwhile is not made up for. */
export function resumeSchedule(ctx: Context, id: string): Promise<ScheduleObject> {
  return changeLocked(ctx, id, async (sql, row) => {
    if (row.status !== 'paused')
      throw scheduleNotPaused.create({ message: `${scheduleNotPaused.text}: it is ${row.status}` })
    const next = nextRun(recurrenceOf(row), ctx.clock.now())
    if (next === null) throw schedulePassed.create()
    // While it rests its list may be deleted; session and channel would have cancelled it.
    if (row.customGroupId !== null) await holdUsableGroup(ctx, sql, row.tenantId, row.customGroupId)
    return { status: 'active', ...(await arm(ctx, sql, row, next)) }
  })
}

/** Deletes a schedule that has ended, with its history. */
export async function deleteSchedule(ctx: Context, id: string): Promise<void> {
  const tenantId = tenantOf(ctx)
  await ctx.db.transaction(async (sql) => {
    const row = await store.lockSchedule(sql, tenantId, id)
    if (row === undefined) throw unknownSchedule()
    if (row.status !== 'cancelled' && row.status !== 'completed')
      throw scheduleNotEnded.create({ message: `${scheduleNotEnded.text}: it is ${row.status}` })
    await store.deleteScheduleRow(sql, tenantId, id)
  })
}

/** Cancels what can no longer run, because the session or the channel it uses goes. */
export async function cancelUsers(
  ctx: Context,
  sql: Sql,
  tenantId: string,
  use: store.ScheduleUse,
): Promise<void> {
  const now = ctx.clock.now()
  for (const row of await store.lockUsers(sql, tenantId, use)) {
    const change = { status: 'cancelled' as const, updatedAt: now, ...(await arm(ctx, sql, row, null)) }
    await store.updateSchedule(sql, tenantId, row.id, change)
  }
}

/** Keeps a list that an active schedule writes to from being deleted (400). */
export async function refuseDeletion(sql: Sql, tenantId: string, customGroupId: string): Promise<void> {
  if (await store.hasActiveUser(sql, tenantId, { customGroupId })) throw customGroupInUse.create()
}
