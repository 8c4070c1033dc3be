import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { createTestApp, type TestApp } from '../../../../test/harness.ts'
import { addDocument, ask, tenantWithAi, uploadDocument } from '../../../../test/knowledge-world.ts'

let app: TestApp

before(async () => {
  app = await createTestApp()
})
after(() => app.close())

const hours = `# Opening hours

We are open from Monday to Friday, 9 am to 6 pm, and on Saturday until noon.

# Returns

Goods can be sent back within 30 days. Custom-made curtains are excluded.

# Parking

There are twelve parking spaces behind the workshop.
`

suite('knowledge', () => {
  test('a document is processed first, then found by its passages, with the place they stand at', async () => {
    const tenant = await tenantWithAi(app)
    const { status, body } = await uploadDocument(app, tenant, 'House rules.md', hours)
    assert.equal(status, 200)
    assert.partialDeepStrictEqual(body, {
      name: 'House rules.md',
      source_type: 'text/markdown',
      chunk_count: 0,
      status: 'processing',
    })
    assert.equal(typeof body.task_id, 'string')
    assert.deepEqual((await ask(tenant, 'parking spaces')).results, [])
    await app.runJobs()
    const [source] = await tenant.api.get(200, '/ai/knowledge/sources')
    assert.partialDeepStrictEqual(source, {
      id: body.id,
      status: 'indexed',
      chunk_count: 3,
      error: null,
      languages: ['en'],
    })
    const answer = await ask(tenant, 'Where can I park?')
    assert.equal(answer.mode, 'lexical')
    assert.equal(answer.lexical_reason, 'no_embeddings_model')
    const [best] = answer.results
    assert.partialDeepStrictEqual(best, {
      source_id: body.id,
      source_name: 'House rules.md',
      content_preview: 'There are twelve parking spaces behind the workshop.',
      metadata: { chunk: 3, heading: 'Parking' },
    })
    assert.ok((best?.similarity ?? 0) > 0.5 && (best?.similarity ?? 0) <= 1)
  })

  test('nothing is answered to what no document says', async () => {
    const tenant = await tenantWithAi(app)
    await addDocument(app, tenant, 'rules.md', hours)
    for (const question of [
      'What does a haircut cost?',
      'Who is the president of France?',
      '你们的营业时间是几点？',
    ])
      assert.deepEqual((await ask(tenant, question)).results, [], question)
    assert.equal(
      (await ask(tenant, 'How many days do I have to send goods back?')).results[0]?.metadata.heading,
      'Returns',
    )
  })
})
