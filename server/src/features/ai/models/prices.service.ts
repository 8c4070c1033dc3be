import type { ModelRole, ProviderName, StatedPrices } from './models.schema.ts'

/** US dollars per million tokens, or per minute of sound. */
interface ModelPrice {
  input?: number
  output?: number
  minute?: number
}

/** List prices of models that many use: an estimate, and a tenant's own figures come first. Dates at ids' ends are left out. */
const known: Partial<Record<ProviderName, Readonly<Record<string, ModelPrice>>>> = {
  openai: {
    'gpt-4o-mini': { input: 0.15, output: 0.6 },
    'gpt-4o': { input: 2.5, output: 10 },
    'gpt-4.1': { input: 2, output: 8 },
    'gpt-4.1-mini': { input: 0.4, output: 1.6 },
    'gpt-4.1-nano': { input: 0.1, output: 0.4 },
    'gpt-5': { input: 1.25, output: 10 },
    'gpt-5-mini': { input: 0.25, output: 2 },
    'gpt-5-nano': { input: 0.05, output: 0.4 },
    'text-embedding-3-small': { input: 0.02 },
    'text-embedding-3-large': { input: 0.13 },
    'whisper-1': { minute: 0.006 },
    'gpt-4o-transcribe': { minute: 0.006 },
    'gpt-4o-mini-transcribe': { minute: 0.003 },
  },
  anthropic: {
    'claude-haiku-4-5': { input: 1, output: 5 },
    'claude-sonnet-4-5': { input: 3, output: 15 },
    'claude-sonnet-4-6': { input: 3, output: 15 },
    'claude-opus-4-5': { input: 5, output: 25 },
  },
  groq: {
    'llama-3.3-70b-versatile': { input: 0.59, output: 0.79 },
    'llama-3.1-8b-instant': { input: 0.05, output: 0.08 },
    'whisper-large-v3': { minute: 0.00185 },
    'whisper-large-v3-turbo': { minute: 0.00067 },
  },
  mistral: {
    'mistral-small-latest': { input: 0.1, output: 0.3 },
    'mistral-embed': { input: 0.1 },
    'voxtral-mini-latest': { minute: 0.002 },
  },
}

function priceOf(
  { provider, model }: { provider: ProviderName; model: string },
  role: ModelRole,
  stated: StatedPrices | null,
): ModelPrice | undefined {
  const listed = known[provider]?.[model.replace(/-(?:\d{8}|\d{4}-\d{2}-\d{2})$/, '')]
  if (role === 'chat' && (stated?.input !== undefined || stated?.output !== undefined))
    return { input: stated.input ?? 0, output: stated.output ?? 0 }
  if (role === 'embedding' && stated?.embedding !== undefined) return { input: stated.embedding }
  if (role === 'transcription' && stated?.transcription !== undefined) return { minute: stated.transcription }
  return listed
}

/** What a call cost, in millionths of a US dollar; null when no price is known. */
export function estimateCost(
  used: { input: number; output: number; seconds?: number | undefined },
  model: { provider: ProviderName; model: string; role: ModelRole },
  stated: StatedPrices | null,
): number | null {
  const price = priceOf(model, model.role, stated)
  if (price === undefined) return null
  // A dollar per million tokens is a millionth of a dollar for each.
  const tokens = used.input * (price.input ?? 0) + used.output * (price.output ?? 0)
  return Math.round(tokens + ((used.seconds ?? 0) / 60) * (price.minute ?? 0) * 1_000_000)
}
