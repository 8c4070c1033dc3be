import { createHash } from 'node:crypto'
import type { Context } from '../../../context.ts'
import { contentText, type OutboundContent } from '../../../engine/content.ts'
import type { Sql } from '../../../platform/database/database.ts'
import { createFolding } from '../../../platform/fold-text.ts'
import type { AntispamSettings } from '../../account/settings/settings.schema.ts'
import { addToCounter } from '../rules/counters.service.ts'
import { duplicateRefused, spamRefused } from './antispam.schema.ts'
import { claimTexts, type RecentSend } from './antispam.store.ts'
import { getSpamRules } from './spam-rules.ts'

/** What the rules leave of a message that may go. */
export interface SpamVerdict {
  /** `antispam:<rule id>` of rules that mark it. */
  flags: readonly string[]
  /** It leaves no sooner than so many milliseconds from now; 0 when no rule puts it off. */
  delayMs: number
}

const clean: SpamVerdict = { flags: [], delayMs: 0 }

/** Step 5: the tenant's patterns. Throws `spamRefused` (403). */
export async function screenSpam(
  ctx: Context,
  tenantId: string,
  settings: AntispamSettings,
  content: OutboundContent,
): Promise<SpamVerdict> {
  if (!settings.isEnabled) return clean
  const rules = await getSpamRules(ctx, tenantId)
  if (rules.length === 0) return clean
  const text = searchable(content)
  if (text === '') return clean
  const matched = rules.filter(({ pattern }) => pattern.matches(text))
  if (matched.length === 0) return clean
  for (const { id } of matched) addToCounter(ctx, tenantId, 'antispam', `rule ${id}`)
  const has = (action: string): boolean => matched.some((rule) => rule.action === action)
  addToCounter(ctx, tenantId, 'antispam', 'violations')
  const blocking = matched.find(({ action }) => action === 'block')
  if (blocking !== undefined) {
    addToCounter(ctx, tenantId, 'antispam', 'blocked')
    throw spamRefused.create({ details: { rule_id: blocking.id } })
  }
  if (has('delay')) addToCounter(ctx, tenantId, 'antispam', 'delayed')
  if (has('flag')) addToCounter(ctx, tenantId, 'antispam', 'flagged')
  const flags = matched.filter(({ action }) => action === 'flag').map(({ id }) => `antispam:${id}`)
  return { flags, delayMs: has('delay') ? settings.delaySeconds * 1000 : 0 }
}

/** All that people read of a message. */
function searchable(content: OutboundContent): string {
  switch (content.kind) {
    case 'poll':
      return [content.title, ...content.options].join('\n')
    case 'location':
      return [content.name, content.address].filter((part) => part !== undefined).join('\n')
    case 'vcard':
      return content.vcards.map(({ name, vcard }) => `${name}\n${vcard}`).join('\n')
    default:
      return contentText(content)
  }
}

/** The same text for whoever reads it: spaces, case and forms of letters do not matter. */
export const normaliseText = createFolding({ spaces: 'single' })

/** Names a text so that it can be compared; undefined when there is nothing to compare, as with a file without words. */
export function digestOf(content: OutboundContent): string | undefined {
  const text = normaliseText(searchable(content))
  if (text === '') return undefined
  const file = 'file' in content ? `${content.file.bytes} ${content.file.mimetype}` : ''
  return createHash('sha256').update(`${content.kind} ${file} ${text}`).digest('base64url')
}

/** A message about to be stored. */
export interface SpamCandidate {
  tenantId: string
  messageId: string
  chatId: string
  content: OutboundContent
  settings: AntispamSettings
}

/**
 * Step 5: duplicates. Answers the messages whose text went to the same chat within the tenant's window. Runs in the
 * transaction that stores them, so that two at once are not both the first.
 */
export async function findDuplicates(
  ctx: Context,
  sql: Sql,
  candidates: readonly SpamCandidate[],
): Promise<Set<string>> {
  const claims = new Map<string, RecentSend>()
  const duplicates = new Set<string>()
  const nowMs = ctx.clock.nowMs()
  for (const { tenantId, messageId, chatId, content, settings } of candidates) {
    if (!settings.isEnabled || !settings.blockDuplicates) continue
    const digest = digestOf(content)
    if (digest === undefined) continue
    const key = `${chatId} ${digest}`
    if (claims.has(key)) duplicates.add(messageId)
    else {
      claims.set(key, {
        chat_id: chatId,
        digest,
        tenant_id: tenantId,
        message_id: messageId,
        sent_at: new Date(nowMs).toISOString(),
        until: new Date(nowMs + settings.duplicateWindow * 1000).toISOString(),
      })
    }
  }
  if (claims.size === 0) return duplicates
  const claimed = await claimTexts(sql, [...claims.values()])
  for (const { message_id: id } of claims.values()) if (!claimed.has(id)) duplicates.add(id)
  return duplicates
}

/** Counts a refused duplicate and makes its refusal. */
export function refuseDuplicate(ctx: Context, tenantId: string) {
  addToCounter(ctx, tenantId, 'antispam', 'violations')
  addToCounter(ctx, tenantId, 'antispam', 'blocked')
  return duplicateRefused.create()
}
