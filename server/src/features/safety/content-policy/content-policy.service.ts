import { type Context, tenantOf } from '../../../context.ts'
import type { OutboundContent } from '../../../engine/content.ts'
import { addToCounter } from '../rules/counters.service.ts'
import { contentRefused } from './content-policy.schema.ts'
import { mapTexts } from './content-texts.ts'
import { type Door, evaluate, type Screening } from './evaluate.ts'
import { getPolicy } from './policy-cache.ts'

/** What may leave: the texts as the policy leaves them, and the rules that mark it. */
export interface ScreenedContent {
  content: OutboundContent
  /** `rule:<id>` of rules that only mark. */
  flags: readonly string[]
}

function count(ctx: Context, tenantId: string, screenings: readonly Screening[]): void {
  const isBlocked = screenings.some(({ isAllowed }) => !isAllowed)
  addToCounter(ctx, tenantId, 'policy', 'checked')
  if (isBlocked) addToCounter(ctx, tenantId, 'policy', 'blocked')
  else if (screenings.some(({ isChanged }) => isChanged)) addToCounter(ctx, tenantId, 'policy', 'filtered')
  const matched = new Set(screenings.flatMap(({ matchedRules }) => matchedRules))
  for (const rule of matched) addToCounter(ctx, tenantId, 'policy', `hit ${rule}`)
}

/**
 * Step 6 of the pipeline for whatever content: throws `contentRefused` (403), or answers what may leave. A forwarded
 * message cannot be changed, so what would be filtered out of it refuses it.
 */
export async function screenOutbound(
  ctx: Context,
  content: OutboundContent,
  door: Door,
): Promise<ScreenedContent> {
  const policy = await getPolicy(ctx, tenantOf(ctx))
  const screenings: Screening[] = []
  const screened = mapTexts(content, (text, isRead = true) => {
    const screening = evaluate(policy, { text, door, isRead })
    screenings.push(screening)
    return screening.filtered
  })
  if (screenings.length === 0) return { content, flags: [] }
  count(ctx, policy.tenantId, screenings)
  const refused = screenings.find(({ isAllowed }) => !isAllowed)
  const isUnchangeable = content.kind === 'forward' && screened !== content
  if (refused === undefined && !isUnchangeable) {
    return { content: screened, flags: [...new Set(screenings.flatMap(({ flags }) => flags))] }
  }
  const rules = [...new Set(screenings.flatMap(({ matchedRules }) => matchedRules))]
  if (policy.settings.log_blocked) {
    ctx.log.info({ tenantId: policy.tenantId, rules, kind: content.kind }, 'content was refused')
  }
  const message = refused?.blockedReason ?? `${contentRefused.text}: a forwarded message cannot be filtered`
  throw contentRefused.create({ message, details: { matched_rules: rules } })
}

/** The same for a bare text, an edit for example: throws `contentRefused` (403), or answers the text that may leave. */
export async function screenContent(ctx: Context, text: string, door: Door): Promise<string> {
  const { content } = await screenOutbound(ctx, { kind: 'text', text }, door)
  return content.kind === 'text' ? content.text : text
}

/** What the pipeline would do with a text at the strictest door, that of agents and tools; nothing is counted. */
export async function tryContent(ctx: Context, text: string): Promise<Screening> {
  return evaluate(await getPolicy(ctx, tenantOf(ctx)), { text, door: 'model' })
}
