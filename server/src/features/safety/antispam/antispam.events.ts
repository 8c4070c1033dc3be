import type { Context } from '../../../context.ts'
import { onEvent } from '../../../feature.ts'
import type { Sql } from '../../../platform/database/database.ts'
import { getSettingsWithin } from '../../account/settings/settings.service.ts'
import { type MessageReceived, messageReceived } from '../../conversations/messages/message-events.schema.ts'
import { addToCounter } from '../rules/counters.service.ts'
import { applyBlockJob, spammerBlocked } from './antispam.schema.ts'
import { countViolations, insertBlock, insertViolation } from './antispam.store.ts'
import type { ViolationKind } from './antispam.tables.ts'
import { noteArrival } from './inbound-windows.ts'
import { getSpamRules } from './spam-rules.ts'

const dayMs = 86_400_000

async function kindOf(ctx: Context, sql: Sql, message: MessageReceived): Promise<ViolationKind | undefined> {
  const { tenantId, sessionId, chatId, text } = message
  const { antispam } = await getSettingsWithin(ctx, sql, tenantId)
  if (!antispam.isEnabled || !antispam.autoBlockSpammers) return undefined
  const kind = noteArrival(ctx, `${sessionId} ${chatId}`, text, antispam)
  if (kind !== undefined || text === '') return kind
  const rules = await getSpamRules(ctx, tenantId, sql)
  const hit = rules.find(({ action, pattern }) => action === 'block' && pattern.matches(text.slice(0, 4096)))
  if (hit === undefined) return undefined
  addToCounter(ctx, tenantId, 'antispam', `rule ${hit.id}`)
  return 'pattern'
}

async function punish(ctx: Context, sql: Sql, message: MessageReceived, kind: ViolationKind): Promise<void> {
  const { tenantId, sessionId, chatId } = message
  const now = ctx.clock.now()
  addToCounter(ctx, tenantId, 'antispam', 'violations')
  const where = { tenantId, sessionId, waChatId: chatId }
  await insertViolation(sql, { id: ctx.ids.uuid(), ...where, kind, createdAt: now })
  const since = new Date(now.getTime() - dayMs)
  const violations = await countViolations(sql, { ...where, since })
  const { antispam } = await getSettingsWithin(ctx, sql, tenantId)
  if (violations < antispam.maxViolations) return
  const id = ctx.ids.uuid()
  const open = { appliedAt: null, liftedAt: null, liftedBy: null }
  if (!(await insertBlock(sql, { id, ...where, kind, violations, createdAt: now, ...open }))) return
  await ctx.jobs.add(sql, applyBlockJob, { tenantId, blockId: id }, { key: id })
  await ctx.events.publish(sql, spammerBlocked, { tenantId, sessionId, blockId: id, chatId })
  ctx.log.warn({ tenantId, sessionId, blockId: id, kind }, 'a contact floods the session and is blocked')
}

/** Whoever floods a session in a chat of two is blocked in the end; groups have admins. What came late is no flood. */
async function detectFloods(ctx: Context, sql: Sql, messages: readonly MessageReceived[]): Promise<void> {
  for (const message of messages) {
    if (message.isGroup || message.isOffline || !message.chatId.endsWith('@c.us')) continue
    const kind = await kindOf(ctx, sql, message)
    if (kind !== undefined) await punish(ctx, sql, message, kind)
  }
}

export const antispamEvents = [onEvent(messageReceived, detectFloods)]
