import {
  type ModelSimulator,
  type ModelSimulatorOptions,
  startModelSimulator,
} from '@moltflow/model-simulator'
import type { Context } from '../src/context.ts'
import type { ApiClient } from './api-client.ts'
import { createTestApp, type TestApp, type TestAppOptions, type TestTenant } from './harness.ts'

/** A tenant that has consented to AI and uses the simulator's models. */
export interface ModelTenant extends TestTenant {
  /** A context that acts for it, as a job's does. */
  ctx: Context
}

/** The product and models to ask. */
export interface ModelWorld extends AsyncDisposable {
  app: TestApp
  models: ModelSimulator
  /** The simulator in OpenAI's dialect. */
  baseUrl: string
  /** A tenant with consent and, unless `config` is null, with these models beside the usual ones. */
  tenant(config?: Record<string, unknown> | null): Promise<ModelTenant>
  close(): Promise<void>
}

/** Lets a tenant use AI. */
export function consentToAi(api: ApiClient): Promise<unknown> {
  return api.patch(200, '/tenant/settings', { ai_consent_enabled: true })
}

/** The product with a simulator of models on the loopback address; close it in `after`. */
export async function openModelWorld(
  options: { app?: TestAppOptions; models?: ModelSimulatorOptions } = {},
): Promise<ModelWorld> {
  const models = await startModelSimulator(options.models)
  const app = await createTestApp(options.app)
  const baseUrl = `${models.url}/v1`
  const close = async () => {
    await app.close()
    await models.close()
  }
  return {
    app,
    models,
    baseUrl,
    async tenant(config = {}) {
      const tenant = await app.tenant()
      await consentToAi(tenant.api)
      const usual = { provider: 'compatible', base_url: baseUrl, model: 'sim-chat', api_key: null }
      if (config !== null) await tenant.api.patch(200, '/ai/config', { ...usual, ...config })
      return { ...tenant, ctx: { ...app.app.ctx, caller: { kind: 'system', tenantId: tenant.id } } }
    },
    close,
    [Symbol.asyncDispose]: close,
  }
}
