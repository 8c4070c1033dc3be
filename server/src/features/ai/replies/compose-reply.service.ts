import { z } from 'zod'
import { type Context, tenantOf } from '../../../context.ts'
import { detectLanguage, loadLanguageDetector } from '../../../platform/text-language.ts'
import { tryContent } from '../../safety/content-policy/content-policy.service.ts'
import { type KnowledgeAnswer, searchKnowledge } from '../knowledge/knowledge.service.ts'
import { getSystemPrompt } from '../providers/config.service.ts'
import type { Purpose } from '../providers/providers.schema.ts'
import { callModel } from '../providers/providers.service.ts'
import { chooseStyle } from '../style/style.service.ts'
import { type EarlierTurn, type Passage, writePrompt } from './prompt.ts'
import { type ApprovalReason, injectionDetected, type ReplyRequest } from './replies.schema.ts'
import { findRiskyIntents } from './risky-intents.ts'
import { findUnsupported } from './unsupported-figures.ts'

export type { EarlierTurn } from './prompt.ts'

type KnowledgeResult = KnowledgeAnswer['results'][number]

const answerSchema = z.object({
  decision: z.enum(['answer', 'hand_over', 'unknown']),
  reply: z.string(),
  sources: z.array(z.string()),
})

/** What a model decided; `unstructured` when it could not be brought to say. */
export type Decision = z.output<typeof answerSchema>['decision'] | 'unstructured'

/** A reply as a model wrote it, screened and judged. */
export interface ComposedReply {
  text: string
  decision: Decision
  /** Names of the documents that it stands in. */
  sources: string[]
  isStyleApplied: boolean
  model: string
  tokensUsed: number
  /** Empty: it may leave without a person's word. */
  reasons: ApprovalReason[]
  /** ISO 639-1 of what is answered; null when that is not certain. */
  language: string | null
}

/** A request with what was said before, oldest first. */
export interface ReplyTask extends ReplyRequest {
  purpose: Extract<Purpose, 'reply' | 'preview'>
  earlier?: readonly EarlierTurn[]
  signal?: AbortSignal
}

const searchedPassages = 6
/** Lines of a message that are looked for by themselves, and how long they are at least. */
const mostLines = 3
const shortestQuery = 12
const mostOutputTokens = 400
const injection = 'built-in:input_sanitization_enabled'
/** What a reply may be too long for or written in concerns nobody who asks. */
const formRules = new Set(['built-in:max_message_length', 'built-in:allowed_languages', injection])

/** The text as a model may read it: without secrets; refuses (400) what tries to turn a model. */
async function screenInput(ctx: Context, text: string): Promise<string> {
  const { matchedRules, filtered } = await tryContent(ctx, text)
  if (matchedRules.includes(injection)) throw injectionDetected.create()
  return filtered.trim() === '' ? text : filtered
}

/** What was said before, without secrets and without what tries to turn a model. */
async function screenEarlier(ctx: Context, earlier: readonly EarlierTurn[]): Promise<EarlierTurn[]> {
  const kept: EarlierTurn[] = []
  for (const { by, text } of earlier) {
    const { matchedRules, filtered } = await tryContent(ctx, text)
    if (!matchedRules.includes(injection)) kept.push({ by, text: filtered })
  }
  return kept
}

/** What is looked for: all of it, and of several lines the longest by themselves, since greetings find nothing. */
function queriesOf(question: string): string[] {
  const lines = question.split('\n').map((line) => line.trim())
  const longest = lines.filter((line) => line.length >= shortestQuery).sort((a, b) => b.length - a.length)
  return [...new Set([question, ...(lines.length > 1 ? longest.slice(0, mostLines) : [])])]
}

/** Passages of the tenant's documents; one that gives orders is left out, whoever uploaded it. */
async function findPassages(ctx: Context, question: string): Promise<Passage[]> {
  const found = new Map<string, KnowledgeResult>()
  for (const query of queriesOf(question)) {
    const { results } = await searchKnowledge(ctx, { tenantId: tenantOf(ctx), query, topK: searchedPassages })
    for (const result of results) {
      const key = `${result.sourceId} ${result.text}`
      if ((found.get(key)?.similarity ?? -1) < result.similarity) found.set(key, result)
    }
  }
  const passages: Passage[] = []
  const best = [...found.values()].sort((a, b) => b.similarity - a.similarity)
  for (const { sourceName, text } of best.slice(0, searchedPassages)) {
    const { matchedRules } = await tryContent(ctx, text)
    if (!matchedRules.includes(injection)) passages.push({ sourceName, text })
  }
  return passages
}

const thinking = /<think>[\s\S]*?<\/think>/g

/** What a model wrote that was asked for an object and gave a text; empty when it is a broken object. */
function plainText(text: string): string {
  const plain = text
    .replaceAll(thinking, '')
    .replaceAll(/^```[a-z]*\s*$/gm, '')
    .trim()
  return /^[[{]/.test(plain) ? '' : plain
}

/** The contact's language, in English for the model. */
async function languageOf(text: string): Promise<{ code: string; name: string } | undefined> {
  const code = detectLanguage(await loadLanguageDetector(), text)
  if (code === null) return undefined
  const name = new Intl.DisplayNames('en', { type: 'language' }).of(code)
  return { code, name: name ?? code }
}

interface Judged {
  text: string
  question: string
  decision: Decision
  isScreened: boolean
  isCited: boolean
  useRag: boolean
  sources: readonly string[]
}

/** Why a person should read a reply before it leaves. */
function judge({ text, question, decision, isScreened, isCited, useRag, sources }: Judged): ApprovalReason[] {
  const reasons: ApprovalReason[] = []
  if (decision === 'unknown' || (useRag && decision === 'answer' && !isCited)) reasons.push('no_evidence')
  if (decision === 'hand_over') reasons.push('hand_over')
  if (text === '' || !/[\p{L}\p{N}]/u.test(question)) reasons.push('ambiguous')
  if (findUnsupported(text, sources).length > 0) reasons.push('unsupported_figures')
  if (isScreened) reasons.push('screened')
  return [...reasons, ...findRiskyIntents(question)]
}

/**
 * Writes a reply: searches the documents, lets the tenant's model answer from what was found, screens what it wrote by
 * the content policy and says why a person should read it. Sends nothing. Refuses what tries to turn the model (400).
 */
export async function composeReply(ctx: Context, task: ReplyTask): Promise<ComposedReply> {
  const tenantId = tenantOf(ctx)
  const { waChatId, sessionId, profileId, useRag, applyStyle, purpose, signal } = task
  const question = await screenInput(ctx, task.context)
  const style = applyStyle ? await chooseStyle(ctx, { waChatId, sessionId, profileId }) : undefined
  const passages = useRag ? await findPassages(ctx, question) : []
  const systemPrompt = await getSystemPrompt(ctx, tenantId)
  const earlier = await screenEarlier(ctx, task.earlier ?? [])
  const said = earlier.filter(({ by }) => by === 'contact').map(({ text }) => text)
  const language = (await languageOf(question)) ?? (await languageOf([...said, question].join('\n')))
  const { evidence, ...prompt } = writePrompt(ctx.ids, {
    passages,
    earlier,
    question,
    systemPrompt,
    style: style?.instruction,
    language: language?.name ?? null,
  })
  const answer = await callModel(ctx, {
    tenantId,
    purpose,
    ...prompt,
    schema: answerSchema,
    maxOutputTokens: mostOutputTokens,
    ...(signal === undefined ? {} : { signal }),
  })
  const cited = new Set(answer.object?.sources ?? evidence.map(({ id }) => id))
  const used = evidence.filter(({ id }) => cited.has(id))
  const written = (answer.object?.reply ?? plainText(answer.text)).trim()
  const screening = await tryContent(ctx, written)
  const decision = answer.object?.decision ?? 'unstructured'
  const reasons = judge({
    text: screening.filtered.trim(),
    question,
    decision,
    isScreened:
      screening.isChanged ||
      screening.matchedRules.some((rule) => !formRules.has(rule)) ||
      !screening.isAllowed,
    isCited: used.length > 0,
    useRag,
    sources: [
      question,
      systemPrompt ?? '',
      ...evidence.map(({ text }) => text),
      ...earlier.map(({ text }) => text),
    ],
  })
  return {
    text: screening.filtered.trim(),
    decision,
    sources: [...new Set(used.map(({ sourceName }) => sourceName))],
    isStyleApplied: style !== undefined,
    model: answer.model,
    tokensUsed: answer.tokensUsed,
    reasons,
    language: language?.code ?? null,
  }
}
