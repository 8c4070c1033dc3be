import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { consentToAi, type ModelWorld, openModelWorld } from '../../../../test/model-world.ts'
import { createLog } from '../../../platform/log.ts'

const canary = 'sk-canary-4f81e2d9c7b3a65000c3f9'
const lines: string[] = []
let world: ModelWorld

before(async () => {
  const log = createLog({ level: 'trace', destination: { write: (line) => void lines.push(line) } })
  world = await openModelWorld({ app: { log } })
})
after(() => world.close())

suite('GET and PATCH /ai/config', () => {
  test('gates in their order: plan, consent, scope; only then the input is looked at', async () => {
    const free = await world.app.tenant({ plan: 'free' })
    const keyless = await free.apiWith(['messages:read'])
    assert.equal((await keyless.get(403, '/ai/config')).code, 'plan_feature_missing')
    assert.equal((await free.api.patch(403, '/ai/config', { provider: 7 })).code, 'plan_feature_missing')

    const tenant = await world.app.tenant({ plan: 'pro' })
    const weak = await tenant.apiWith(['messages:read'])
    const refused = await weak.get(403, '/ai/config')
    assert.equal(refused.code, 'ai_consent_missing')
    assert.match(refused.detail, /ai_consent_enabled/)
    await consentToAi(tenant.api)
    assert.equal((await weak.get(403, '/ai/config')).code, 'missing_scope')
    await tenant.api.patch(422, '/ai/config', { provider: 7 })
  })

  test('only a signed-in owner or admin changes it, never a key', async () => {
    const tenant = await world.tenant(null)
    await (await tenant.apiWith(['settings:manage'])).patch(403, '/ai/config', { enabled: false })
    const member = tenant.api.with({ authorization: `Bearer ${await tenant.signIn('member')}` })
    await member.patch(403, '/ai/config', { enabled: false })
    const admin = tenant.api.with({ authorization: `Bearer ${await tenant.signIn('admin')}` })
    assert.equal((await admin.patch(200, '/ai/config', { enabled: false })).enabled, false)
    const reader = await tenant.apiWith(['settings:manage'])
    assert.equal((await reader.get(200, '/ai/config')).enabled, false)
  })

  test('the contract’s form before anything is chosen, and the usual model after', async () => {
    const { api } = await world.tenant(null)
    const none = await api.get(200, '/ai/config')
    assert.deepEqual(none.providers, ['openai', 'anthropic', 'groq', 'mistral', 'compatible'])
    assert.partialDeepStrictEqual(none, {
      provider: null,
      model: null,
      system_prompt: null,
      has_api_key: false,
      api_key_hint: null,
      daily_token_budget: 500_000,
    })
    const chosen = await api.patch(200, '/ai/config', {
      provider: 'openai',
      api_key: canary,
      base_url: world.baseUrl,
    })
    assert.partialDeepStrictEqual(chosen, {
      enabled: true,
      provider: 'openai',
      model: 'gpt-4o-mini',
      has_api_key: true,
      api_key_hint: '…c3f9',
      embedding_model: null,
      transcription_model: 'whisper-1',
    })
    assert.deepEqual(await api.get(200, '/ai/config'), chosen)
  })

  test('a key is removed by null, and kept by what does not mention it', async () => {
    const { api } = await world.tenant({ api_key: canary })
    assert.equal((await api.patch(200, '/ai/config', { system_prompt: 'Be brief.' })).has_api_key, true)
    const removed = await api.patch(200, '/ai/config', { api_key: null })
    assert.deepEqual([removed.has_api_key, removed.api_key_hint], [false, null])
    assert.equal(removed.system_prompt, 'Be brief.')
  })

  test('a key is never sent to another provider or address than it was entered for', async () => {
    const { api } = await world.tenant({ api_key: canary, embedding_model: 'sim-embed' })
    // The same place under another path keeps it.
    const same = await api.patch(200, '/ai/config', { base_url: `${world.baseUrl}/` })
    assert.equal(same.has_api_key, true)
    const moved = await api.patch(200, '/ai/config', { base_url: 'https://elsewhere.example.com/v1' })
    assert.equal(moved.has_api_key, false)
    await api.patch(200, '/ai/config', { base_url: world.baseUrl, api_key: canary })
    const other = await api.patch(200, '/ai/config', { provider: 'anthropic' })
    assert.partialDeepStrictEqual(other, {
      has_api_key: false,
      base_url: null,
      model: 'claude-haiku-4-5',
      embedding_model: null,
    })
  })

  test('a key that the provider refuses is 400 in its words, and the one before stays', async () => {
    const { api } = await world.tenant({ api_key: canary })
    const refused = await api.patch(400, '/ai/config', { api_key: 'sk-refused-0000000000' })
    assert.equal(refused.code, 'ai_key_refused')
    assert.match(refused.detail, /Incorrect API key provided/)
    assert.equal((await api.get(200, '/ai/config')).api_key_hint, '…c3f9')
  })

  test('private addresses are refused unless the installation opens them', async () => {
    const { api } = await world.tenant(null)
    for (const url of [
      'http://10.0.0.1/v1',
      'https://192.168.1.2/v1',
      'https://[::1]/v1',
      'http://example.com/v1',
    ])
      assert.equal((await api.patch(400, '/ai/config', { base_url: url })).code, 'address_refused', url)
    for (const field of ['embedding_base_url', 'transcription_base_url'])
      await api.patch(400, '/ai/config', { [field]: 'https://169.254.169.254/' })
    for (const url of ['no url', 'https://a.example/v1?key=1', 'https://a.example/#x', ''])
      await api.patch(422, '/ai/config', { base_url: url })
    // The tests' installation opens 127.0.0.1.
    await api.patch(200, '/ai/config', { provider: 'compatible', base_url: world.baseUrl })
  })
})

suite('POST /ai/config/test and GET /ai/models', () => {
  test('tell what works: chat, structured answers, embeddings and transcription', async () => {
    const tenant = await world.tenant({ embedding_model: 'sim-embed', transcription_model: 'sim-hear' })
    const told = await tenant.api.post(200, '/ai/config/test')
    assert.deepEqual(
      [told.chat.status, told.structured.status, told.embeddings.status, told.transcription.status],
      ['works', 'works', 'works', 'works'],
      JSON.stringify(told),
    )
    assert.equal(told.structured.mode, 'json_schema')
    assert.ok(told.embeddings.dimensions > 0)
    assert.ok(told.tokens_used > 0)
    // No key was entered, so none was sent.
    assert.ok(world.models.log().every(({ keyEnding }) => keyEnding !== 'null'))
    const { models, count } = await tenant.api.get(200, '/ai/models')
    assert.equal(count, models.length)
    assert.ok(
      models.some(({ id, kind }: { id: string; kind: string }) => id === 'sim-embed' && kind === 'embedding'),
    )
  })

  test('tell what does not in the provider’s own words, and what nobody configured', async () => {
    const { api } = await world.tenant({
      model: 'sim-chat+overloaded',
      transcription_model: 'sim-hear+rate-limited',
    })
    const told = await api.post(200, '/ai/config/test')
    assert.equal(told.chat.status, 'failed')
    assert.match(told.chat.problem, /503.*currently overloaded/)
    assert.equal(told.structured.status, 'failed')
    assert.equal(told.embeddings.status, 'not_configured')
    assert.match(told.transcription.problem, /429.*Rate limit reached/)
    const { api: bare } = await world.tenant(null)
    for (const [method, path] of [
      ['post', '/ai/config/test'],
      ['get', '/ai/models'],
    ] as const)
      assert.equal((await bare[method](400, path)).detail, 'LLM provider is not configured')
  })

  test('a provider without embeddings or transcription says so, and another one may serve them', async () => {
    const anthropic = { provider: 'anthropic', base_url: world.baseUrl, api_key: canary, model: 'claude' }
    const { api } = await world.tenant(anthropic)
    const told = await api.post(200, '/ai/config/test')
    assert.equal(told.chat.status, 'works', told.chat.problem)
    assert.match(told.transcription.problem, /transcription_provider/)
    await api.patch(200, '/ai/config', {
      embedding_provider: 'compatible',
      embedding_base_url: world.baseUrl,
      embedding_model: 'sim-embed',
      transcription_provider: 'compatible',
      transcription_base_url: world.baseUrl,
      transcription_api_key: 'another-key-entirely',
    })
    const both = await api.post(200, '/ai/config/test')
    assert.deepEqual([both.embeddings.status, both.transcription.status], ['works', 'works'])
    assert.equal(world.models.log('transcription').at(-1)?.keyEnding, 'rely')
    assert.equal(world.models.log('embeddings').at(-1)?.keyEnding, undefined)
  })

  for (const provider of ['openai', 'groq', 'mistral', 'anthropic'] as const)
    test(`${provider} is spoken to in its own dialect`, async () => {
      const config = { provider, base_url: world.baseUrl, api_key: canary, model: 'some-model' }
      const { api } = await world.tenant(config)
      const told = await api.post(200, '/ai/config/test')
      assert.equal(told.chat.status, 'works', told.chat.problem)
      assert.equal(told.structured.status, 'works', told.structured.problem)
      const last = world.models.log('chat').at(-1)
      assert.equal(last?.dialect, provider === 'anthropic' ? 'anthropic' : 'openai')
      assert.equal(last?.keyEnding, 'c3f9')
    })
})

suite('a key', () => {
  test('is in no answer, no error and no line of the log, whatever the provider repeats of it', async () => {
    const tenant = await world.tenant({ api_key: canary, model: 'sim-chat+echoes-key' })
    const replies = [
      await tenant.api.call('GET', '/ai/config'),
      await tenant.api.call('POST', '/ai/config/test'),
      await tenant.api.call('PATCH', '/ai/config', { body: { api_key: `${canary} with spaces` } }),
      await tenant.api.call('PATCH', '/ai/config', { body: { api_key: 'refused-secret-key-123' } }),
      await tenant.api.call('GET', '/audit-logs'),
    ]
    world.models.fault({ trait: 'echoes-key', times: 2 })
    replies.push(await tenant.api.call('GET', '/ai/models'))
    replies.push(await tenant.api.call('PATCH', '/ai/config', { body: { api_key: canary } }))
    assert.match(replies[1]?.text ?? '', /Incorrect API key provided/)
    assert.equal(replies.at(-1)?.status, 400)
    const { rows } = await world.app.database.db.pool.query(
      'SELECT to_jsonb(c) AS config, (SELECT jsonb_agg(a) FROM ai_calls a WHERE a.tenant_id = c.tenant_id) AS calls FROM ai_configs c WHERE tenant_id = $1',
      [tenant.id],
    )
    const everything = [...replies.map(({ text }) => text), ...lines, JSON.stringify(rows)].join('\n')
    for (const part of [canary, canary.slice(0, 12), canary.slice(-12), 'refused-secret'])
      assert.equal(everything.includes(part), false, `${part} came out`)
  })

  test('that no installation key opens any more has to be entered again', async () => {
    const tenant = await world.tenant({ api_key: canary })
    await world.app.database.db.pool.query(
      "UPDATE ai_configs SET api_key = 'AAAA', updated_at = now() WHERE tenant_id = $1",
      [tenant.id],
    )
    await tenant.api.patch(200, '/ai/config', { timeout_seconds: 30 })
    assert.match((await tenant.api.post(400, '/ai/config/test')).detail, /enter it again/)
    await tenant.api.patch(200, '/ai/config', { api_key: canary })
    assert.equal((await tenant.api.post(200, '/ai/config/test')).chat.status, 'works')
  })
})
