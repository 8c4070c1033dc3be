import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { isServerTest } from '../../../../test/harness-database.ts'
import { addDocument, ask, tenantWithAi, uploadDocument } from '../../../../test/knowledge-world.ts'
import { type ModelWorld, openModelWorld } from '../../../../test/model-world.ts'

let world: ModelWorld

before(async () => {
  world = await openModelWorld()
})
after(() => world.close())

suite('documents of tenants', () => {
  test('a canary is found by its tenant alone, by words and by meaning, and is gone when its document is', async () => {
    const { app } = world
    const canary = 'The canary code is ZX81QUARTZ.'
    const [own, other] = [
      await world.tenant({ embedding_model: 'sim-embed' }),
      await world.tenant({ embedding_model: 'sim-embed' }),
    ]
    const source = await addDocument(app, own, 'secret.txt', canary)
    await addDocument(app, other, 'other.txt', 'We sell flowers and canary birds.')
    const question = 'canary code ZX81QUARTZ'
    assert.equal((await ask(own, question)).mode, isServerTest ? 'lexical' : 'hybrid')
    assert.match(JSON.stringify(await ask(own, question)), /ZX81QUARTZ\./)
    assert.doesNotMatch(JSON.stringify((await ask(other, question)).results), /ZX81QUARTZ/)
    assert.deepEqual((await ask(other, question, { filters: { source_id: source.id } })).results, [])
    await other.api
      .call('DELETE', `/ai/knowledge/${source.id}`)
      .then(({ status }) => assert.equal(status, 404))
    const { status, text } = await own.api.call('DELETE', `/ai/knowledge/${source.id}`)
    assert.deepEqual([status, text], [204, ''])
    assert.deepEqual((await ask(own, question)).results, [])
    await app.runJobs()
    const { rows } = await app.database.db.pool.query(
      'SELECT (SELECT count(*) FROM knowledge_chunks WHERE tenant_id = $1) + (SELECT count(*) FROM knowledge_terms WHERE tenant_id = $1) + (SELECT count(*) FROM knowledge_sources WHERE tenant_id = $1) AS left',
      [own.id],
    )
    assert.equal(Number(rows[0]?.left), 0)
  })

  test('another embeddings model: words answer until its vectors are there, then both do again', async () => {
    const { app } = world
    const tenant = await world.tenant({ embedding_model: 'sim-embed' })
    await addDocument(app, tenant, 'rules.txt', 'Goods can be sent back within thirty days.')
    await tenant.api.patch(200, '/ai/config', { embedding_model: 'sim-embed-2' })
    const meanwhile = await ask(tenant, 'goods sent back')
    assert.equal(meanwhile.count, 1)
    assert.equal(meanwhile.lexical_reason, isServerTest ? 'no_vector_extension' : 'vectors_not_ready')
    await app.runJobs()
    assert.equal((await ask(tenant, 'goods sent back')).mode, isServerTest ? 'lexical' : 'hybrid')
    await tenant.api.patch(200, '/ai/config', { embedding_model: null })
    await app.runJobs()
    assert.equal((await ask(tenant, 'goods sent back')).lexical_reason, 'no_embeddings_model')
  })

  test('the plan limits documents, of which those that failed do not count; consent is needed for all', async () => {
    const tenant = await tenantWithAi(world.app, { plan: 'pro' })
    await addDocument(world.app, tenant, 'no.pdf', 'no PDF')
    for (let number = 0; number < 10; number += 1)
      assert.equal((await uploadDocument(world.app, tenant, `${number}.txt`, 'Hello')).status, 200)
    const { status, body } = await uploadDocument(world.app, tenant, '11.txt', 'Hello')
    assert.equal(status, 403)
    assert.match(body.detail, /max_knowledge_documents/)
    await tenant.api.patch(200, '/tenant/settings', { ai_consent_enabled: false })
    for (const path of ['/ai/knowledge/sources', '/ai/usage']) await tenant.api.get(403, path)
  })
})
