import type { z } from 'zod'
import { type Context, tenantOf } from '../../../context.ts'
import { AppError } from '../../../platform/errors.ts'
import { giveUp, type JobOutcome, retryLater } from '../../../platform/jobs/jobs.ts'
import { addressRefused } from '../../../platform/outgoing/safe-fetch.ts'
import { planFeatureMissing } from '../../account/plans/plans.schema.ts'
import { type ChatRequest, chatOnce, type ModelMessage } from '../models/chat.service.ts'
import type { ModelChoice, Rung } from '../models/models.schema.ts'
import { ProviderFailure } from '../models/provider-failure.schema.ts'
import type { Transcription } from '../models/sounds.service.ts'
import {
  describeForm,
  describeMisfit,
  type PortableSchema,
  type ReadAnswer,
  readStructured,
  rungsOf,
  toPortable,
  withoutThinking,
} from '../models/structured-answers.service.ts'
import { findModel, requireModel } from './config-cache.ts'
import { embedTexts, transcribe } from './metered-calls.ts'
import { guessTokens, mostTokensOf, requireAllowed, runMetered } from './metering.ts'
import { budgetSpent, consentMissing, type Purpose, providerMissing } from './providers.schema.ts'
import { type AiConfigRow, findRung, saveRung } from './providers.store.ts'

export type { ModelMessage } from '../models/chat.service.ts'
export type { Transcription } from '../models/sounds.service.ts'

/** What a model is asked. */
export interface ModelCall<T> {
  tenantId: string
  purpose: Purpose
  system: string
  messages: readonly ModelMessage[]
  /** Asks for an answer of this form. */
  schema?: z.ZodType<T>
  maxOutputTokens?: number
  signal?: AbortSignal
}

/** What a model answered. */
export interface ModelAnswer<T> {
  /** Without what the model thought aloud. */
  text: string
  /** Null without a schema, and when the model could not be brought to answer in its form. */
  object: T | null
  model: string
  /** Of all attempts. */
  tokensUsed: number
  /** The text was cut where its tokens ended. */
  isTruncated: boolean
}

/** Vectors of texts, in their order. */
export interface Embeddings {
  /** Vectors of one space can be compared. */
  space: string
  dimensions: number
  vectors: number[][]
}

const defaultOutputTokens = 1024
/** What servers put around a conversation: roles, and a preface of their own. */
const frameTokens = 64
const frameTokensOfMessage = 16
/** A server that learns a better way is asked for it again. */
const rungMemoryMs = 7 * 86_400_000
/** Tokens from which a prompt may be longer than the context of a small server. */
const longPrompt = 2000

/** Refuses (403) unless the caller's plan includes AI and the tenant has consented to it. */
export function requireAi(ctx: Context): Promise<void> {
  return requireAllowed(ctx, tenantOf(ctx))
}

/** One call under way. */
interface Asking {
  ctx: Context
  config: AiConfigRow
  choice: ModelChoice
  purpose: Purpose
  maxOutputTokens: number
  signal: AbortSignal | undefined
  /** Of the requests so far. */
  tokensUsed: number
}

type Request = Pick<ChatRequest, 'system' | 'messages' | 'format'>

function mostTokens({ system, messages, format }: Request, maxOutputTokens: number): number {
  const form = format === undefined ? 0 : mostTokensOf(JSON.stringify(format.form.schema))
  const texts = messages.reduce((sum, { content }) => sum + mostTokensOf(content) + frameTokensOfMessage, 0)
  return mostTokensOf(system) + texts + form + frameTokens + maxOutputTokens
}

async function ask(asking: Asking, request: Request) {
  const { ctx, config, choice, purpose, maxOutputTokens, signal } = asking
  const call = { purpose, choice, role: 'chat' as const, most: mostTokens(request, maxOutputTokens) }
  const { value, inputTokens, outputTokens } = await runMetered(ctx, config, call, async () => {
    const answer = await chatOnce(ctx, choice, { ...request, maxOutputTokens, signal })
    const asked = request.system + request.messages.map(({ content }) => content).join('')
    return {
      value: answer,
      inputTokens: answer.inputTokens ?? guessTokens(asked),
      outputTokens: answer.outputTokens ?? guessTokens(answer.text),
    }
  })
  asking.tokensUsed += inputTokens + outputTokens
  warnOfCut(asking, request, value.inputTokens)
  return value
}

/** Local servers cut what is longer than their context without a word: the beginning, where the instructions are. */
function warnOfCut(
  { ctx, choice }: Asking,
  { system, messages }: Request,
  counted: number | undefined,
): void {
  if (counted === undefined) return
  const guessed = guessTokens(system) + messages.reduce((sum, { content }) => sum + guessTokens(content), 0)
  if (guessed < longPrompt || counted > guessed / 2) return
  const figures = { provider: choice.provider, model: choice.model, guessed, counted }
  ctx.log.warn(figures, 'a model seems to get only a part of what it is asked: its context is too short')
}

/** What a form was read from: some servers put all that is written under a schema among the thoughts. */
const formedText = ({ text, thoughts }: { text: string; thoughts: string }): string =>
  text.trim() === '' ? thoughts : text

/** Asks the tenant's chat model. Checks consent and reserves budget before each request it makes. */
export async function callModel<T>(ctx: Context, call: ModelCall<T>): Promise<ModelAnswer<T>> {
  await requireAllowed(ctx, call.tenantId)
  const { config, choice } = await requireModel(ctx, call.tenantId, 'chat')
  const { purpose, signal, maxOutputTokens = defaultOutputTokens } = call
  const asking: Asking = { ctx, config, choice, purpose, maxOutputTokens, signal, tokensUsed: 0 }
  const answer =
    call.schema === undefined ? await askForText(asking, call) : await askInForm(asking, call, call.schema)
  return { ...answer, model: choice.model, tokensUsed: asking.tokensUsed }
}

async function askForText<T>(asking: Asking, { system, messages }: ModelCall<T>) {
  const { text: written, isTruncated } = await ask(asking, { system, messages })
  const text = withoutThinking(written)
  if (text !== '') return { text, object: null, isTruncated }
  const { provider, model } = asking.choice
  const words = isTruncated
    ? `${model} wrote nothing before its ${asking.maxOutputTokens} tokens ended`
    : `${model} answered nothing`
  throw new ProviderFailure({ provider, words, isTransient: true })
}

/** Whether a server refused the way it was asked for a form, as far as that can be told. */
function isFormRefused(error: unknown): boolean {
  if (!(error instanceof ProviderFailure) || error.providerStatus === undefined) return false
  const { providerStatus: status, words } = error
  if (status === 400 || status === 422 || status === 501) return true
  return status >= 500 && /json|schema|grammar|response_format/i.test(words)
}

interface Form<T> {
  schema: z.ZodType<T>
  portable: PortableSchema
}

function formRequest<T>(call: ModelCall<T>, { portable }: Form<T>, rung: Rung): Request {
  const { system, messages } = call
  // A server that knows the schema need not read it.
  const instructions = rung === 'json_schema' ? system : `${system}\n\n${describeForm(portable)}`
  return { system: instructions, messages, format: { rung, form: portable } }
}

async function askInForm<T>(asking: Asking, call: ModelCall<T>, schema: z.ZodType<T>) {
  const form = { schema, portable: toPortable(schema) }
  const rungs = rungsOf(asking.choice.provider)
  const { ctx, choice } = asking
  const known = await findRung(ctx.db.sql, {
    tenantId: call.tenantId,
    modelKey: choice.key,
    since: new Date(ctx.clock.nowMs() - rungMemoryMs),
  })
  const first = Math.max(0, known === undefined ? 0 : rungs.indexOf(known))
  const { rung: index, answer } = await climbDown(asking, call, form, first)
  const read = readStructured(formedText(answer), schema)
  const ended =
    'object' in read
      ? { read, answer, rung: index }
      : await repair(asking, call, form, { read, answer, rung: index })
  const rung = rungs[ended.rung]
  if ('object' in ended.read && rung !== undefined && rung !== known) {
    const learnt = { tenantId: call.tenantId, modelKey: choice.key, rung, learnedAt: ctx.clock.now() }
    await saveRung(ctx.db.sql, learnt)
  }
  const object = 'object' in ended.read ? ended.read.object : null
  return { text: withoutThinking(ended.answer.text), object, isTruncated: ended.answer.isTruncated }
}

/** Asks in the surest way that the server takes. */
async function climbDown<T>(asking: Asking, call: ModelCall<T>, form: Form<T>, from: number) {
  const rungs = rungsOf(asking.choice.provider)
  for (let index = from; ; index += 1) {
    try {
      return { rung: index, answer: await ask(asking, formRequest(call, form, rungs[index] ?? 'text')) }
    } catch (error) {
      if (index + 1 >= rungs.length || !isFormRefused(error)) throw error
    }
  }
}

interface Attempt<T> {
  read: ReadAnswer<T>
  answer: { text: string; isTruncated: boolean }
  /** Its index in the ladder. */
  rung: number
}

/** Asks once more and says what was wrong; a server that took the form and ignored it is asked in the next way. */
async function repair<T>(
  asking: Asking,
  call: ModelCall<T>,
  form: Form<T>,
  failed: Attempt<T> & { read: { problem: string; isJson: boolean } },
): Promise<Attempt<T>> {
  const { read, answer, rung } = failed
  const rungs = rungsOf(asking.choice.provider)
  const next = read.isJson ? rung : Math.min(rung + 1, rungs.length - 1)
  const request = formRequest(call, form, rungs[next] ?? 'text')
  const wrong = withoutThinking(answer.text).slice(0, 4000)
  const problem = answer.isTruncated ? `${read.problem}, because it was cut: be shorter` : read.problem
  const turns: ModelMessage[] = [
    // Providers refuse turns without text.
    ...(wrong === '' ? [] : [{ role: 'assistant' as const, content: wrong }]),
    { role: 'user', content: describeMisfit(problem) },
  ]
  try {
    const second = await ask(asking, { ...request, messages: [...call.messages, ...turns] })
    return { read: readStructured(formedText(second), form.schema), answer: second, rung: next }
  } catch (error) {
    if (!isFormRefused(error)) throw error
    return failed
  }
}

/**
 * Embeds texts in batches; undefined when the tenant has no embeddings model. Checks consent and reserves budget before
 * each batch.
 */
export async function embed(
  ctx: Context,
  request: {
    tenantId: string
    texts: readonly string[]
    kind: 'document' | 'query'
    signal?: AbortSignal
  },
): Promise<Embeddings | undefined> {
  await requireAllowed(ctx, request.tenantId)
  const found = await findModel(ctx, request.tenantId, 'embedding')
  if (found === undefined) return undefined
  const vectors = await embedTexts(ctx, { ...found, ...request, purpose: 'embedding' })
  return { space: found.choice.key, dimensions: vectors[0]?.length ?? 0, vectors }
}

/** The space of the tenant's embeddings model; changes when provider, base URL or model do. Undefined: there is none. */
export async function embeddingSpaceOf(ctx: Context, tenantId: string): Promise<string | undefined> {
  return (await findModel(ctx, tenantId, 'embedding'))?.choice.key
}

/** The tenant's chat model: provider, base URL and name; changes when any of them does. Undefined: there is none. */
export async function chatModelOf(ctx: Context, tenantId: string): Promise<string | undefined> {
  return (await findModel(ctx, tenantId, 'chat'))?.choice.key
}

/** Refuses (400) a tenant that has no model for this; for whoever answers a request before a job does the work. */
export async function requireProvider(
  ctx: Context,
  tenantId: string,
  role: 'chat' | 'transcription' = 'chat',
): Promise<void> {
  await requireModel(ctx, tenantId, role)
}

/** Writes down what is said in a sound; throws SoundRefused for one that the provider cannot read or finds too large. */
export async function transcribeSound(
  ctx: Context,
  request: {
    tenantId: string
    sound: Uint8Array
    mediaType: string
    language?: string
    signal?: AbortSignal
  },
): Promise<Transcription> {
  await requireAllowed(ctx, request.tenantId)
  const found = await requireModel(ctx, request.tenantId, 'transcription')
  return transcribe(ctx, { ...found, ...request, purpose: 'transcription' })
}

/** What went wrong with a model, as a sentence for the tenant; never for a log. */
export function describeAiError(error: unknown): string {
  if (error instanceof ProviderFailure) return error.words
  return error instanceof AppError ? error.message : 'Internal error'
}

/** Errors that somebody has to do something about. */
const needsPeople: ReadonlySet<string> = new Set([
  providerMissing.code,
  consentMissing.code,
  planFeatureMissing.code,
  addressRefused.code,
])
const firstPauseMs = 15_000
const longestPauseMs = 3_600_000

/**
 * How a job goes on after an error of this feature: what a provider or the budget will allow later is tried again then,
 * what a person has to change ends it. Undefined for errors of others.
 */
export function outcomeOfAiError(
  error: unknown,
  { attempt, mostAttempts = 8 }: { attempt: number; mostAttempts?: number },
): JobOutcome | undefined {
  if (!(error instanceof AppError)) return undefined
  if (error.code === budgetSpent.code) {
    // Looked at again now and then, because somebody may raise the budget.
    const waitMs = Number(error.headers?.['retry-after'] ?? 3600) * 1000
    return retryLater(Math.min(waitMs, longestPauseMs))
  }
  if (needsPeople.has(error.code)) return giveUp(error.code)
  if (!(error instanceof ProviderFailure)) return undefined
  if (!error.isTransient || attempt >= mostAttempts) return giveUp(error.code)
  const pauseMs = Math.min(longestPauseMs, firstPauseMs * 2 ** (attempt - 1))
  return retryLater(Math.max(error.retryAfterMs ?? 0, pauseMs))
}
