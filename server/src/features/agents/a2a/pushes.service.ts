import type { StreamResponse, Task } from '@a2a-js/sdk'
import { V03PushNotificationSerializer } from '@a2a-js/sdk/compat/v0_3/server'
import { type PushNotificationSender, V1PushNotificationSerializer } from '@a2a-js/sdk/server'
import { type Context, tenantOf } from '../../../context.ts'
import type { JobRun } from '../../../job.ts'
import { done, giveUp, type JobOutcome, retryLater } from '../../../platform/jobs/jobs.ts'
import { safeFetch } from '../../../platform/outgoing/safe-fetch.ts'
import { pushJob } from './a2a.schema.ts'
import { openConfig } from './tasks.service.ts'
import * as store from './tasks.store.ts'

/** Milliseconds before each further attempt. */
const delays = [5_000, 30_000, 120_000, 600_000, 3_600_000]
const timeoutMs = 10_000

/** Tells of tasks by durable jobs; `settled` is done when everything of this request is enqueued. */
export function createPushSender(ctx: Context): PushNotificationSender & { settled(): Promise<void> } {
  let last: Promise<void> = Promise.resolve()
  return {
    send(event, _context, task) {
      const next = last.catch(() => undefined).then(() => enqueue(ctx, event, task))
      last = next
      return next
    },
    settled: () => last,
  }
}

function taskIdOf({ payload }: StreamResponse): string {
  if (payload === undefined) return ''
  return payload.$case === 'task' ? payload.value.id : payload.value.taskId
}

async function enqueue(ctx: Context, event: StreamResponse, task: Task | undefined): Promise<void> {
  const taskId = taskIdOf(event)
  const tenantId = tenantOf(ctx)
  if (taskId === '') return
  for (const { id, version } of await store.listConfigs(ctx.db.sql, tenantId, taskId)) {
    const serializer =
      version === '0.3' ? new V03PushNotificationSerializer() : new V1PushNotificationSerializer()
    const { body } = serializer.serialize(event, task)
    const payload = { tenantId, taskId, configId: id, body }
    await ctx.jobs.add(ctx.db.sql, pushJob, payload, { key: `${tenantId} ${taskId} ${id}` })
  }
}

/** Posts one notice; what is not taken is tried again, and in the end given up. */
export async function deliverPush(
  ctx: Context,
  { tenantId, taskId, configId, body }: { tenantId: string; taskId: string; configId: string; body: string },
  run: JobRun,
): Promise<JobOutcome> {
  const rows = await store.listConfigs(ctx.db.sql, tenantId, taskId)
  const row = rows.find(({ id }) => id === configId)
  const config = row === undefined ? undefined : openConfig(ctx, tenantId, taskId, row)
  if (row === undefined || config === undefined) return done
  const { scheme = '', credentials = '' } = config.authentication ?? {}
  const headers = {
    'content-type': row.version === '0.3' ? 'application/json' : 'application/a2a+json',
    ...(scheme === '' ? {} : { authorization: `${scheme} ${credentials}`.trim() }),
    ...(config.token === '' ? {} : { 'x-a2a-notification-token': config.token }),
  }
  let reason: string
  try {
    const { status } = await safeFetch(config.url, {
      allow: ctx.config.outgoingAllow,
      method: 'POST',
      headers,
      body,
      timeoutMs,
      maxBytes: 10_000,
      oversize: 'cut',
      signal: run.signal,
    })
    if (status >= 200 && status < 300) return done
    reason = `answered ${status}`
  } catch (error) {
    reason = error instanceof Error ? error.name : 'failed'
  }
  const delay = delays[run.attempt - 1]
  return delay === undefined
    ? giveUp(`the receiver of a task's notices ${reason}`)
    : retryLater(delay, reason)
}
