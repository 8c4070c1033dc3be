import { type KeyHolder, SecretUnreadableError, unsealText } from '../../../platform/secrets.ts'
import {
  defaultBaseUrl,
  defaultModel,
  type Endpoint,
  hasRole,
  type ModelChoice,
  type ModelRole,
  type ProviderName,
} from '../models/models.schema.ts'
import { providerMissing } from './providers.schema.ts'
import type { AiConfigRow } from './providers.store.ts'

/** What a key of a tenant is sealed for: it opens in no other place. */
export function keyPurpose(tenantId: string, role: ModelRole): string {
  return `ai_configs.api_key:${tenantId}:${role}`
}

interface RoleColumns {
  provider: ProviderName | null
  baseUrl: string | null
  sealedKey: string | null
  keyRole: ModelRole
  model: string | null
}

/** What serves a role: a provider of its own where one is named, else that of the chats. */
function columnsOf(row: AiConfigRow, role: ModelRole): RoleColumns {
  const chat = {
    provider: row.provider,
    baseUrl: row.baseUrl,
    sealedKey: row.apiKey,
    keyRole: 'chat',
  } as const
  if (role === 'chat') return { ...chat, model: row.chatModel }
  const isEmbedding = role === 'embedding'
  const model = isEmbedding ? row.embeddingModel : row.transcriptionModel
  const own = isEmbedding
    ? { provider: row.embeddingProvider, baseUrl: row.embeddingBaseUrl, sealedKey: row.embeddingApiKey }
    : {
        provider: row.transcriptionProvider,
        baseUrl: row.transcriptionBaseUrl,
        sealedKey: row.transcriptionApiKey,
      }
  return own.provider === null ? { ...chat, model } : { ...own, keyRole: role, model }
}

function openKey(keys: KeyHolder, purpose: string, sealed: string): string {
  try {
    return unsealText(keys, purpose, sealed)
  } catch (cause) {
    if (!(cause instanceof SecretUnreadableError)) throw cause
    const message = `${providerMissing.text}: its key was sealed by an installation key that is gone, enter it again`
    throw providerMissing.create({ message, cause })
  }
}

/** Where the models of a role are; undefined when that is not complete. */
export function endpointOf(keys: KeyHolder, row: AiConfigRow, role: ModelRole): Endpoint | undefined {
  const { provider, baseUrl: stored, sealedKey, keyRole } = columnsOf(row, role)
  if (provider === null) return undefined
  const baseUrl = stored ?? defaultBaseUrl(provider)
  if (baseUrl === undefined) return undefined
  // Whoever runs a model on an own machine needs no key.
  if (sealedKey === null && provider !== 'compatible') return undefined
  const apiKey = sealedKey === null ? undefined : openKey(keys, keyPurpose(row.tenantId, keyRole), sealedKey)
  return { provider, baseUrl, apiKey, timeoutMs: row.timeoutSeconds * 1000 }
}

/** The model that a role is served by, by its name: the tenant's choice, else the provider's default. */
export function modelNameOf(row: AiConfigRow, role: ModelRole): string | null {
  const { provider, model } = columnsOf(row, role)
  if (provider === null || !hasRole(provider, role)) return null
  return model ?? defaultModel(provider, role)
}

/** The model that serves a role; undefined when there is none or what is needed to ask it is missing. */
export function modelOf(keys: KeyHolder, row: AiConfigRow, role: ModelRole): ModelChoice | undefined {
  const model = modelNameOf(row, role)
  const endpoint = model === null ? undefined : endpointOf(keys, row, role)
  if (model === null || endpoint === undefined) return undefined
  return { ...endpoint, model, key: `${endpoint.provider} ${endpoint.baseUrl} ${model}` }
}
