import type { Message, Part, TaskStatus } from '@a2a-js/sdk'
import { TaskState } from '@a2a-js/sdk'
import { AgentEvent, type AgentExecutor, type RequestContext } from '@a2a-js/sdk/server'
import type { Context } from '../../../context.ts'
import type { OfferedResult } from '../../../door.ts'
import type { Skill } from './skills.ts'

/** What a message asks for. */
interface Wish {
  skill: string
  given: Readonly<Record<string, unknown>>
}

const textPart = (value: string): Part => ({
  content: { $case: 'text', value },
  mediaType: 'text/plain',
  filename: '',
  metadata: undefined,
})

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The wish of the first data part that names a skill. */
function readWish({ parts }: Message): Wish | undefined {
  for (const { content } of parts) {
    if (content?.$case !== 'data' || !isRecord(content.value)) continue
    const { skill, arguments: given = {} } = content.value
    if (typeof skill === 'string' && isRecord(given)) return { skill, given }
  }
  return undefined
}

function partsOf({ texts, pictures }: OfferedResult): Part[] {
  return [
    ...texts.map(textPart),
    ...pictures.map(
      ({ mimeType, data }): Part => ({
        content: { $case: 'raw', value: Buffer.from(data, 'base64') },
        mediaType: mimeType,
        filename: '',
        metadata: undefined,
      }),
    ),
  ]
}

/** What became of a message: what is said about it, or what it brought. */
interface Outcome {
  state: TaskState
  says?: Part[]
  has?: Part[]
}

async function outcomeOf(ctx: Context, skills: readonly Skill[], message: Message): Promise<Outcome> {
  const wish = readWish(message)
  const names = skills.filter(({ mayCall }) => mayCall(ctx.caller)).map(({ id }) => id)
  const help = `Send a data part {"skill": "...", "arguments": {...}}. Your skills: ${names.join(', ')}`
  if (wish === undefined)
    return {
      state: TaskState.TASK_STATE_INPUT_REQUIRED,
      says: [textPart(`This agent does not read prose. ${help}`)],
    }
  const skill = skills.find(({ id }) => id === wish.skill)
  if (skill === undefined)
    return { state: TaskState.TASK_STATE_REJECTED, says: [textPart(`There is no such skill. ${help}`)] }
  try {
    const result = await skill.run(ctx, wish.given)
    if (result.isRefused) return { state: TaskState.TASK_STATE_FAILED, says: partsOf(result) }
    return { state: TaskState.TASK_STATE_COMPLETED, has: partsOf(result) }
  } catch (error) {
    ctx.log.error({ err: error, skill: skill.id }, 'a skill failed')
    return { state: TaskState.TASK_STATE_FAILED, says: [textPart('Internal error')] }
  }
}

/** Runs what messages ask for: one message, one skill. Nothing here understands prose, and it says so. */
export function createExecutor(ctx: Context, skills: readonly Skill[]): AgentExecutor {
  const statusOf = (request: RequestContext, state: TaskState, parts?: Part[]): TaskStatus => ({
    state,
    timestamp: ctx.clock.now().toISOString(),
    message:
      parts === undefined
        ? undefined
        : {
            messageId: ctx.ids.uuid(),
            role: 2,
            parts,
            taskId: request.taskId,
            contextId: request.contextId,
            metadata: undefined,
            extensions: [],
            referenceTaskIds: [],
          },
  })
  return {
    async execute(request, bus) {
      const { taskId, contextId, task, userMessage } = request
      bus.publish(
        AgentEvent.task({
          id: taskId,
          contextId,
          status: statusOf(request, TaskState.TASK_STATE_WORKING),
          artifacts: task?.artifacts ?? [],
          history: task?.history ?? [userMessage],
          metadata: undefined,
        }),
      )
      const { state, says, has } = await outcomeOf(ctx, skills, userMessage)
      if (has !== undefined)
        bus.publish(
          AgentEvent.artifactUpdate({
            taskId,
            contextId,
            artifact: {
              artifactId: ctx.ids.uuid(),
              name: 'result',
              description: '',
              parts: has,
              metadata: undefined,
              extensions: [],
            },
            append: false,
            lastChunk: true,
            metadata: undefined,
          }),
        )
      bus.publish(
        AgentEvent.statusUpdate({
          taskId,
          contextId,
          status: statusOf(request, state, says),
          metadata: undefined,
        }),
      )
    },
    // What runs has been asked of WhatsApp already: it is waited for, and the task is not canceled.
    cancelTask: async () => undefined,
  }
}
