import type { Exchange } from '../exchange.ts'
import { listAnthropicModels, messages } from './anthropic.ts'
import { ollamaChat, ollamaEmbed, ollamaTags } from './ollama.ts'
import { chatCompletions } from './openai-chat.ts'
import { embeddings, listModels, transcriptions } from './openai-others.ts'

type Handler = (exchange: Exchange) => Promise<void>

const openAi: Readonly<Record<string, Handler>> = {
  'POST /v1/chat/completions': chatCompletions,
  'POST /v1/embeddings': embeddings,
  'POST /v1/audio/transcriptions': transcriptions,
  'GET /v1/models': listModels,
}

const anthropic: Readonly<Record<string, Handler>> = {
  'POST /v1/messages': messages,
  'GET /v1/models': listAnthropicModels,
}

const ollama: Readonly<Record<string, Handler>> = {
  'POST /api/chat': ollamaChat,
  'POST /api/embed': ollamaEmbed,
  'GET /api/tags': ollamaTags,
  ...openAi,
}

/** Where a request leads, and the dialect in which it is answered. */
export type Route = { dialect: Exchange['dialect']; handler: Handler | undefined }

/**
 * Finds who answers. The same paths as those of the services: `/v1` is OpenAI's and Anthropic's, whose clients name the
 * version of their API in a header, `/openai/v1` Groq's, `/api` Ollama's, and `/ollama/v1` what Ollama has for clients
 * of OpenAI.
 */
export function findRoute(method: string, path: string, isAnthropic: boolean): Route {
  if (path.startsWith('/ollama/')) {
    return { dialect: 'ollama', handler: ollama[`${method} ${path.slice('/ollama'.length)}`] }
  }
  if (path.startsWith('/api/')) return { dialect: 'ollama', handler: ollama[`${method} ${path}`] }
  const plain = path.replace(/^\/(?:openai|anthropic)(?=\/)/, '')
  if (isAnthropic || plain === '/v1/messages') {
    return { dialect: 'anthropic', handler: anthropic[`${method} ${plain}`] }
  }
  return { dialect: 'openai', handler: openAi[`${method} ${plain}`] }
}
