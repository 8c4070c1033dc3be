import { defineOperation, type Operation } from '../../../operation.ts'
import { addressRefused } from '../../../platform/outgoing/safe-fetch.ts'
import { planFeatureMissing } from '../../account/plans/plans.schema.ts'
import { providerFailed } from '../models/models.schema.ts'
import { getConfig, updateConfig } from './config.service.ts'
import { getModels, testConfig } from './config-test.service.ts'
import {
  aiGate,
  budgetSpent,
  configSchema,
  configTestSchema,
  consentMissing,
  keyRefused,
  modelsQuery,
  modelsSchema,
  providerMissing,
  updateConfigBody,
  usageQuery,
  usageSchema,
} from './providers.schema.ts'
import { getUsage } from './usage.service.ts'

const gated = [planFeatureMissing, consentMissing]

const get = defineOperation({
  id: 'ai.get_config',
  method: 'GET',
  path: '/ai/config',
  summary: 'Which models the tenant uses; never with a key',
  access: ['settings:manage'],
  gate: aiGate,
  success: { status: 200, schema: configSchema },
  errors: gated,
  run: (ctx) => getConfig(ctx),
})

const update = defineOperation({
  id: 'ai.update_config',
  method: 'PATCH',
  path: '/ai/config',
  summary: 'Choose providers, models, keys and the budget of a day; only as a signed-in owner or admin',
  access: ['settings:manage'],
  roles: ['owner', 'admin'],
  keys: 'refused',
  gate: aiGate,
  body: updateConfigBody,
  success: { status: 200, schema: configSchema },
  errors: [...gated, keyRefused, addressRefused],
  run: (ctx, input) => updateConfig(ctx, input),
})

const test = defineOperation({
  id: 'ai.test_config',
  method: 'POST',
  path: '/ai/config/test',
  summary: 'Ask the models and tell what works: chat, structured answers, embeddings, transcription',
  access: ['settings:manage'],
  gate: aiGate,
  success: { status: 200, schema: configTestSchema },
  errors: [...gated, providerMissing, budgetSpent],
  run: (ctx) => testConfig(ctx),
})

const models = defineOperation({
  id: 'ai.list_models',
  method: 'GET',
  path: '/ai/models',
  summary: 'The models that the provider has, as it names them',
  access: ['ai:read'],
  gate: aiGate,
  query: modelsQuery,
  success: { status: 200, schema: modelsSchema },
  errors: [...gated, providerMissing, providerFailed, addressRefused],
  run: (ctx, { role }) => getModels(ctx, role),
})

const usage = defineOperation({
  id: 'ai.usage',
  method: 'GET',
  path: '/ai/usage',
  summary: 'Calls, tokens and estimated cost by day and purpose, with the budget of today',
  access: ['ai:read'],
  gate: aiGate,
  query: usageQuery,
  success: { status: 200, schema: usageSchema },
  errors: gated,
  run: (ctx, { from, to }) => getUsage(ctx, { from, to }),
})

/** Which models are used, whether they work, and what they cost. */
export const providersOperations: readonly Operation[] = [get, update, test, models, usage]
