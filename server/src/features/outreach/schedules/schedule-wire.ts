import { toTimestamp, toTimestampOrNull } from '../../../wire.ts'
import type { Recurrence } from '../recurrence/recurrence.schema.ts'
import { nextRuns, zonedTimestamps } from '../recurrence/recurrence.service.ts'
import type { ExecutionObject, ScheduleObject } from './schedules.schema.ts'
import type { ExecutionRow, ScheduleRow } from './schedules.tables.ts'

/** So many runs to come are shown. */
const shownRuns = 5

/** When a schedule runs. */
export function recurrenceOf({
  scheduleType,
  cronExpression,
  timezone,
  scheduledTime,
}: ScheduleRow): Recurrence {
  return { scheduleType, cronExpression, timezone, scheduledTime }
}

function runsToCome(row: ScheduleRow): string[] {
  const { nextRunAt, timezone } = row
  if (nextRunAt === null) return []
  const later = nextRuns(recurrenceOf(row), nextRunAt, shownRuns - 1)
  return zonedTimestamps([nextRunAt, ...later], timezone)
}

/** Writes a schedule the way answers carry it. */
export function scheduleToWire(row: ScheduleRow): ScheduleObject {
  const runs = runsToCome(row)
  return {
    id: row.id,
    name: row.name,
    status: row.status,
    schedule_type: row.scheduleType,
    cron_expression: row.cronExpression,
    timezone: row.timezone,
    next_run_at: runs[0] ?? null,
    next_runs: runs,
    created_at: toTimestamp(row.createdAt),
    session_id: row.sessionId,
    target_type: row.targetType,
    custom_group_id: row.customGroupId,
    chat_id: row.chatId,
    channel_id: row.channelId,
    message_type: row.messageType,
    message_content: row.messageContent,
    media_url: row.mediaUrl,
    variants: row.variants,
    quiet_hours: row.quietHours,
    send_within_minutes: row.sendWithinMinutes,
    missed_runs: row.missedRuns,
    once_per_contact: row.oncePerContact,
    scheduled_time: toTimestampOrNull(row.scheduledTime),
    last_run_at: toTimestampOrNull(row.lastRunAt),
    run_count: row.runCount,
    updated_at: toTimestamp(row.updatedAt),
  }
}

/** Writes a run the way answers carry it. */
export function executionToWire(row: ExecutionRow): ExecutionObject {
  return {
    id: row.id,
    scheduled_for: toTimestamp(row.scheduledFor),
    started_at: toTimestamp(row.startedAt),
    finished_at: toTimestampOrNull(row.finishedAt),
    status: row.status,
    total_recipients: row.totalRecipients,
    sent_count: row.sentCount,
    failed_count: row.failedCount,
    skipped_count: row.skippedCount,
    error: row.error,
    bulk_job_id: row.bulkJobId,
    message_id: row.messageId,
    post_id: row.postId,
    delivered_to: row.deliveredTo,
    read_by: row.readBy,
  }
}

/** Writes a rule that nothing has yet, with the runs it would have from now on. */
export function previewToWire(rule: Recurrence, now: Date) {
  const { scheduleType, cronExpression, timezone, scheduledTime } = rule
  return {
    schedule_type: scheduleType,
    cron_expression: cronExpression,
    timezone,
    scheduled_time: toTimestampOrNull(scheduledTime),
    // A run at this very moment counts.
    next_runs: zonedTimestamps(nextRuns(rule, new Date(now.getTime() - 1), shownRuns), timezone),
  }
}
