import { z } from 'zod'
import { defineJob } from '../../../platform/jobs/jobs.ts'
import { isStorable } from '../../../platform/storable-text.ts'

/** Where agents call. */
export const a2aPath = '/a2a/v1'
/** Where the public keys lie with which the card is verified. */
export const jwksPath = '/.well-known/agent-jwks.json'
/** Tasks are forgotten this long after their last change. */
export const taskKeepMs = 7 * 86_400_000
/** Places that are told of one task. */
export const maxPushConfigs = 10

/** Tells one place of one change of a task; one after another, and those of one millisecond in any order. */
export const pushJob = defineJob<{ tenantId: string; taskId: string; configId: string; body: string }>(
  'a2a.push',
  { isOrdered: true, concurrency: 8 },
)

const maxDepth = 64

/** Why a message cannot be taken in: text that nobody could store, or nesting that nobody needs. */
export function findUnusable(value: unknown): string | undefined {
  const waiting: [unknown, number][] = [[value, 0]]
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const [part, depth] = next
    if (typeof part === 'string' && !isStorable(part)) return 'A text holds characters that nobody can store'
    if (typeof part !== 'object' || part === null) continue
    if (depth >= maxDepth) return `The message is nested deeper than ${maxDepth}`
    for (const [key, inner] of Object.entries(part)) {
      if (!isStorable(key)) return 'A name holds characters that nobody can store'
      waiting.push([inner, depth + 1])
    }
  }
  return undefined
}

const id = z.string().min(1).max(200)
const optionalId = z.string().max(200).optional()
const historyLength = z.int().min(0).max(2_147_483_647).optional()
const headerText = z
  .string()
  .max(4096)
  .regex(/^[ -~]*$/, 'must be printable ASCII')

const pushFields = {
  id: optionalId,
  url: z.string().min(1).max(2048),
  token: headerText.optional(),
  authentication: z
    .looseObject({
      scheme: z.string().regex(/^[A-Za-z][A-Za-z0-9-]{0,40}$/, 'must be a scheme'),
      credentials: headerText.optional(),
    })
    .optional(),
}

const part = z
  .looseObject({
    text: z.string().optional(),
    raw: z.base64().optional(),
    url: z.string().max(2048).optional(),
    data: z.json().optional(),
    mediaType: z.string().max(200).optional(),
    filename: z.string().max(255).optional(),
  })
  .refine(
    (given) => ['text', 'raw', 'url', 'data'].filter((name) => given[name] !== undefined).length === 1,
    'needs exactly one of text, raw, url, data',
  )

const message = z.looseObject({
  messageId: id,
  role: z.enum(['ROLE_USER', 'ROLE_AGENT']),
  parts: z.array(part).min(1).max(100),
  taskId: optionalId,
  contextId: optionalId,
  metadata: z.record(z.string(), z.json()).optional(),
  extensions: z.array(z.string().max(500)).max(20).optional(),
})

const send = z.looseObject({
  message,
  configuration: z
    .looseObject({
      acceptedOutputModes: z.array(z.string().max(200)).max(50).optional(),
      historyLength,
      returnImmediately: z.boolean().optional(),
      taskPushNotificationConfig: z.looseObject(pushFields).optional(),
    })
    .optional(),
  metadata: z.record(z.string(), z.json()).optional(),
})

const task = z.looseObject({ id, historyLength })
const ofTask = z.looseObject({ taskId: id })

/** What params of each method must be; the protocol's library reads them more loosely. */
export const methodParams: Readonly<Record<string, z.ZodType>> = {
  SendMessage: send,
  SendStreamingMessage: send,
  GetTask: task,
  CancelTask: task,
  SubscribeToTask: task,
  ListTasks: z.looseObject({
    contextId: optionalId,
    status: z.string().max(50).optional(),
    pageSize: z.int().min(1).max(100).optional(),
    pageToken: z.string().max(500).optional(),
    historyLength,
    statusTimestampAfter: z.iso.datetime({ offset: true }).optional(),
    includeArtifacts: z.boolean().optional(),
  }),
  CreateTaskPushNotificationConfig: z.looseObject({ ...pushFields, taskId: id }),
  GetTaskPushNotificationConfig: z.looseObject({ taskId: id, id }),
  DeleteTaskPushNotificationConfig: z.looseObject({ taskId: id, id }),
  ListTaskPushNotificationConfigs: ofTask,
}
