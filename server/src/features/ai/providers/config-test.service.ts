import { z } from 'zod'
import { type Context, tenantOf } from '../../../context.ts'
import { AppError } from '../../../platform/errors.ts'
import { kindOfModel, listModels } from '../models/model-list.service.ts'
import { hasRole, type ModelRole } from '../models/models.schema.ts'
import { findModel, getConfigRow, requireEndpoint, requireModel } from './config-cache.ts'
import { embedTexts, transcribe } from './metered-calls.ts'
import { modelNameOf } from './model-choice.ts'
import { callModel, describeAiError } from './providers.service.ts'
import { findRung } from './providers.store.ts'

interface Checked {
  status: 'works' | 'failed' | 'not_configured'
  model: string | null
  problem: string | null
  duration_ms: number | null
}

const unchecked = (model: string | null, problem: string | null = null): Checked => ({
  status: 'not_configured',
  model,
  problem,
  duration_ms: null,
})

/** Runs one check; what goes wrong is its result, and what is no matter of the provider is thrown. */
async function check<T>(
  model: string | null,
  run: () => Promise<T>,
): Promise<{ checked: Checked; value: T | undefined }> {
  const began = performance.now()
  const ended = () => Math.round(performance.now() - began)
  try {
    const value = await run()
    return { checked: { status: 'works', model, problem: null, duration_ms: ended() }, value }
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    const problem = describeAiError(error)
    return { checked: { status: 'failed', model, problem, duration_ms: ended() }, value: undefined }
  }
}

const outputTokens = 512
const sumSchema = z.object({ sum: z.number() })

/** Half a second of silence: 16-bit samples, 16,000 a second. */
function silence(): Uint8Array {
  const bytes = 16_000
  const file = Buffer.alloc(44 + bytes)
  file.write('RIFF', 0)
  file.writeUInt32LE(36 + bytes, 4)
  file.write('WAVEfmt ', 8)
  file.writeUInt32LE(16, 16)
  file.writeUInt16LE(1, 20)
  file.writeUInt16LE(1, 22)
  file.writeUInt32LE(16_000, 24)
  file.writeUInt32LE(32_000, 28)
  file.writeUInt16LE(2, 32)
  file.writeUInt16LE(16, 34)
  file.write('data', 36)
  file.writeUInt32LE(bytes, 40)
  return file
}

/** Asks the tenant's models and tells what works, in the provider's own words for what does not. */
export async function testConfig(ctx: Context) {
  const tenantId = tenantOf(ctx)
  const { config } = await requireModel(ctx, tenantId, 'chat')
  const base = { tenantId, purpose: 'test' as const, maxOutputTokens: outputTokens }
  const model = modelNameOf(config, 'chat')
  const chat = await check(model, () =>
    callModel(ctx, {
      ...base,
      system: 'This is a test of a connection.',
      messages: [{ role: 'user', content: 'Answer with the one word: works' }],
    }),
  )
  const structured = await testStructured(ctx, base, model, chat.checked)
  const embeddings = await testEmbeddings(ctx, tenantId)
  return {
    chat: chat.checked,
    structured: structured.answer,
    embeddings,
    transcription: await testTranscription(ctx, tenantId),
    tokens_used: (chat.value?.tokensUsed ?? 0) + structured.tokensUsed,
  }
}

async function testStructured(
  ctx: Context,
  base: { tenantId: string; purpose: 'test'; maxOutputTokens: number },
  model: string | null,
  chat: Checked,
) {
  if (chat.status !== 'works') return { answer: { ...chat, mode: null }, tokensUsed: 0 }
  const { checked, value } = await check(model, () =>
    callModel(ctx, {
      ...base,
      system: 'This is a test of a connection. Answer as JSON.',
      messages: [{ role: 'user', content: 'What is the sum of 1 and 1? Give it as the number "sum".' }],
      schema: sumSchema,
    }),
  )
  const tokensUsed = value?.tokensUsed ?? 0
  if (checked.status !== 'works') return { answer: { ...checked, mode: null }, tokensUsed }
  if (value?.object === null) {
    const problem = 'The model could not be brought to answer in a given form'
    return { answer: { ...checked, status: 'failed' as const, problem, mode: null }, tokensUsed }
  }
  const { choice } = await requireModel(ctx, base.tenantId, 'chat')
  const known = { tenantId: base.tenantId, modelKey: choice.key, since: new Date(0) }
  return { answer: { ...checked, mode: (await findRung(ctx.db.sql, known)) ?? null }, tokensUsed }
}

/** What stands for a role that nothing serves. */
async function explainMissing(ctx: Context, tenantId: string, role: ModelRole): Promise<Checked> {
  const row = await getConfigRow(ctx, tenantId)
  const provider = row?.provider ?? null
  const isWithout = provider !== null && !hasRole(provider, role)
  const model = row === undefined ? null : modelNameOf(row, role)
  return unchecked(model, isWithout ? `${provider} has none: name ${role}_provider` : null)
}

async function testEmbeddings(ctx: Context, tenantId: string) {
  const found = await findModel(ctx, tenantId, 'embedding')
  if (found === undefined) return { ...(await explainMissing(ctx, tenantId, 'embedding')), dimensions: null }
  const { checked, value } = await check(found.choice.model, () =>
    embedTexts(ctx, { ...found, texts: ['works'], kind: 'query', purpose: 'test' }),
  )
  return { ...checked, dimensions: value?.[0]?.length ?? null }
}

async function testTranscription(ctx: Context, tenantId: string): Promise<Checked> {
  const found = await findModel(ctx, tenantId, 'transcription')
  if (found === undefined) return explainMissing(ctx, tenantId, 'transcription')
  const sound = { sound: silence(), mediaType: 'audio/wav', language: 'en' }
  const run = () => transcribe(ctx, { ...found, ...sound, purpose: 'test' })
  return (await check(found.choice.model, run)).checked
}

/** The models that the provider of a role names. */
export async function getModels(ctx: Context, role: ModelRole) {
  const endpoint = await requireEndpoint(ctx, tenantOf(ctx), role)
  const models = (await listModels(ctx, endpoint)).map((id) => ({ id, kind: kindOfModel(id) }))
  return { provider: endpoint.provider, models, count: models.length }
}
