import { type ListTasksRequest, type ListTasksResponse, Task, TaskPushNotificationConfig } from '@a2a-js/sdk'
import { RequestMalformedError } from '@a2a-js/sdk/errors'
import type { PushNotificationStore, ServerCallContext, TaskStore } from '@a2a-js/sdk/server'
import { type Context, tenantOf } from '../../../context.ts'
import { AppError } from '../../../platform/errors.ts'
import { checkUrl } from '../../../platform/outgoing/safe-fetch.ts'
import { SecretUnreadableError, sealText, unsealText } from '../../../platform/secrets.ts'
import { maxPushConfigs } from './a2a.schema.ts'
import * as store from './tasks.store.ts'

/** The first state there is; the protocol's filter has it for "any". */
const anyState = 0

function writeToken(task: Task): string {
  return Buffer.from(`${task.status?.timestamp ?? ''}|${task.id}`).toString('base64url')
}

function readToken(token: string): { statusAt: Date; id: string } {
  const decoded = Buffer.from(token, 'base64url').toString()
  const [at = '', ...rest] = decoded.split('|')
  const statusAt = new Date(at)
  if (rest.length === 0 || Number.isNaN(statusAt.getTime()) || decoded.includes('\u0000'))
    throw new RequestMalformedError('pageToken: this is none of ours')
  return { statusAt, id: rest.join('|') }
}

/** The tasks of the caller's tenant, as the protocol's library asks for them. */
export function openTasks(ctx: Context): TaskStore {
  const tenantId = tenantOf(ctx)
  const { sql } = ctx.db
  return {
    async save(task) {
      const at = new Date(task.status?.timestamp ?? Number.NaN)
      const statusAt = Number.isNaN(at.getTime()) ? ctx.clock.now() : at
      const { id, contextId } = task
      const state = task.status?.state ?? anyState
      await store.saveTask(sql, tenantId, { id, contextId, state, statusAt, task: Task.toJSON(task) })
    },
    async load(id) {
      const found = await store.findTask(sql, tenantId, id)
      return found === undefined ? undefined : Task.fromJSON(found as object)
    },
    list: (params) => listTasks(ctx, params),
  }
}

async function listTasks(ctx: Context, params: ListTasksRequest): Promise<ListTasksResponse> {
  const { contextId, status, statusTimestampAfter, pageToken, pageSize = 50, includeArtifacts } = params
  const { tasks, total } = await store.listTaskRows(ctx.db.sql, tenantOf(ctx), {
    contextId: contextId === '' ? undefined : contextId,
    state: status === anyState ? undefined : status,
    changedAfter: statusTimestampAfter === undefined ? undefined : new Date(statusTimestampAfter),
    before: pageToken === '' ? undefined : readToken(pageToken),
    limit: pageSize + 1,
  })
  const page = tasks.slice(0, pageSize).map((task) => Task.fromJSON(task as object))
  const last = page.at(-1)
  const nextPageToken = tasks.length > pageSize && last !== undefined ? writeToken(last) : ''
  if (includeArtifacts !== true) for (const task of page) task.artifacts = []
  return { tasks: page, nextPageToken, pageSize, totalSize: total }
}

const purposeOf = (tenantId: string, taskId: string, id: string) => `a2a push ${tenantId} ${taskId} ${id}`

/** The place that a row names; undefined when its key is gone. */
export function openConfig(
  ctx: Context,
  tenantId: string,
  taskId: string,
  { id, sealed }: store.StoredConfig,
): TaskPushNotificationConfig | undefined {
  try {
    const plain = unsealText(ctx.config, purposeOf(tenantId, taskId, id), sealed)
    return TaskPushNotificationConfig.fromJSON(JSON.parse(plain))
  } catch (error) {
    if (error instanceof SecretUnreadableError) return undefined
    throw error
  }
}

function requireAddress(ctx: Context, url: string): void {
  try {
    checkUrl(url, ctx.config.outgoingAllow)
  } catch (error) {
    if (error instanceof AppError) throw new RequestMalformedError(`url: ${error.message}`)
    throw error
  }
}

/** Where the caller's tenant wants to be told of its tasks. */
export function openPushConfigs(ctx: Context): PushNotificationStore {
  const tenantId = tenantOf(ctx)
  const { sql } = ctx.db
  return {
    async save(taskId: string, context: ServerCallContext, config: TaskPushNotificationConfig) {
      requireAddress(ctx, config.url)
      if (config.id === '') config.id = ctx.ids.uuid()
      const known = await store.listConfigs(sql, tenantId, taskId)
      if (known.length >= maxPushConfigs && !known.some(({ id }) => id === config.id))
        throw new RequestMalformedError(`A task tells at most ${maxPushConfigs} places`)
      const plain = JSON.stringify(TaskPushNotificationConfig.toJSON(config))
      await store.saveConfig(sql, tenantId, taskId, {
        id: config.id,
        version: context.requestedVersion,
        sealed: sealText(ctx.config, purposeOf(tenantId, taskId, config.id), plain),
        createdAt: ctx.clock.now(),
      })
    },
    async load(taskId) {
      const rows = await store.listConfigs(sql, tenantId, taskId)
      return rows.flatMap((row) => openConfig(ctx, tenantId, taskId, row) ?? [])
    },
    delete: (taskId, _context, id) => store.deleteConfigs(sql, tenantId, taskId, id),
  }
}
