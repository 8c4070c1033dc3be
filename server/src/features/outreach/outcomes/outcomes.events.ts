import type { Context } from '../../../context.ts'
import { onEvent } from '../../../feature.ts'
import type { Sql } from '../../../platform/database/database.ts'
import {
  type MessageProgress,
  type MessageReceived,
  messageDelivered,
  messageRead,
  messageReceived,
} from '../../conversations/messages/message-events.schema.ts'
import { type OptOutChanged, optOutChanged } from '../../safety/opt-outs/opt-outs.schema.ts'
import { noteAnswers, noteSteps } from './outcomes.service.ts'

/** What no person has written as an answer: reactions, and what came without its content, which comes later. */
const noAnswers: ReadonlySet<string> = new Set(['reaction', 'unknown'])

async function followSteps(ctx: Context, sql: Sql, steps: readonly MessageProgress[]): Promise<void> {
  // Most messages belong to no campaign: they say so themselves, and nothing is asked.
  const own = steps.filter(({ metadata }) => metadata?.bulk_job_id !== undefined)
  const [first] = own
  if (first === undefined) return
  const ids = own.map(({ messageId }) => messageId)
  await noteSteps(ctx, sql, first.tenantId, ids)
}

async function followAnswers(ctx: Context, sql: Sql, messages: readonly MessageReceived[]): Promise<void> {
  const answers = messages.filter(({ isGroup, messageType }) => !isGroup && !noAnswers.has(messageType))
  const [first] = answers
  if (first === undefined) return
  const ids = answers.map(({ messageId }) => messageId)
  await noteAnswers(ctx, sql, first.tenantId, ids, 'reply')
}

async function followOptOuts(ctx: Context, sql: Sql, changes: readonly OptOutChanged[]): Promise<void> {
  for (const { tenantId, isOptedOut, messageId } of changes)
    if (isOptedOut && messageId !== null) await noteAnswers(ctx, sql, tenantId, [messageId], 'opt_out')
}

/** A batch is of one tenant. An opt-out is told before the message it came with, so that it is not an answer as well. */
export const outcomesEvents = [
  onEvent(messageDelivered, followSteps),
  onEvent(messageRead, followSteps),
  onEvent(messageReceived, followAnswers),
  onEvent(optOutChanged, followOptOuts),
]
