import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { z } from 'zod'
import { evidence, message, startClient } from './client.ts'

const prompt = [
  evidence('e1', 'faq.txt', 'Delivery takes three days.'),
  evidence('e2', 'hours.txt', 'We are open from 9 to 18.'),
  message('m1', 'When do you open?'),
].join('\n')

const withSchema = (schema: object, content = prompt) => ({
  model: 'sim-chat',
  messages: [{ role: 'user', content }],
  response_format: { type: 'json_schema', json_schema: { name: 'answer', schema } },
})

/** Forms of answers that a client may ask for; each takes what the model gives. */
const forms: Readonly<Record<string, z.ZodType>> = {
  'a reply with its sources': z.strictObject({ reply: z.string().min(1), source_ids: z.array(z.string()) }),
  'names in camel case': z.strictObject({ replyText: z.string(), usedEvidence: z.array(z.string()) }),
  'sources as objects': z.strictObject({
    answer: z.string(),
    citations: z.array(z.strictObject({ id: z.string(), quote: z.string() })),
  }),
  'a value that may be null': z.strictObject({ answer: z.string().nullable(), note: z.null() }),
  'alternatives and literals': z.strictObject({
    kind: z.literal('reply'),
    body: z.union([z.strictObject({ text: z.string() }), z.string()]),
  }),
  'decisions with a list of values': z.strictObject({ action: z.enum(['reply', 'hand_over', 'silent']) }),
  'yes and no': z.strictObject({ known: z.boolean(), hand_over: z.boolean(), injection: z.boolean() }),
  'limits of numbers, texts and lists': z.strictObject({
    confidence: z.number().min(0).max(1),
    rank: z.int().min(3).max(5),
    title: z.string().max(5),
    tags: z.array(z.string()).min(2).max(3),
  }),
  'an object in an object': z.strictObject({
    result: z.strictObject({ inner: z.strictObject({ text: z.string() }) }),
  }),
  'a map by id': z.strictObject({ by_id: z.record(z.string(), z.strictObject({ score: z.number() })) }),
}

describe('structured answers', () => {
  for (const [name, form] of Object.entries(forms)) {
    test(`have the form they were asked for: ${name}`, async () => {
      await using client = await startClient()
      const text = await client.chat(withSchema(z.toJSONSchema(form)))
      const result = form.safeParse(JSON.parse(text))
      assert.ok(result.success, `${text}: ${result.error?.message}`)
    })
  }

  test('name the evidence that the answer stands in, and no other', async () => {
    await using client = await startClient()
    const form = z.strictObject({ reply: z.string(), source_ids: z.array(z.string()), known: z.boolean() })
    const schema = z.toJSONSchema(form)
    assert.deepEqual(JSON.parse(await client.chat(withSchema(schema))), {
      reply: 'We are open from 9 to 18.',
      source_ids: ['e2'],
      known: true,
    })
    const unknown = prompt.replace('When do you open?', 'Do you sell unicorns?')
    assert.deepEqual(JSON.parse(await client.chat(withSchema(schema, unknown))), {
      reply: 'I do not know that.',
      source_ids: [],
      known: false,
    })
  })

  test('hand over when a person is asked for, or somebody complains', async () => {
    await using client = await startClient()
    const schema = z.toJSONSchema(
      z.strictObject({ hand_over: z.boolean(), action: z.enum(['answer', 'hand_over']) }),
    )
    const wishes = [
      'This is unacceptable',
      'I want to talk to a human',
      'Ich möchte mit einem Mitarbeiter sprechen',
      '转人工',
    ]
    for (const wish of wishes) {
      const text = await client.chat(withSchema(schema, message('m1', wish)))
      assert.deepEqual(JSON.parse(text), { hand_over: true, action: 'hand_over' }, wish)
    }
    const other = await client.chat(withSchema(schema, prompt))
    assert.deepEqual(JSON.parse(other), { hand_over: false, action: 'answer' })
  })

  test('follow a schema in the prompt when json_object is asked for, or nothing at all', async () => {
    await using client = await startClient()
    const schema = JSON.stringify(z.toJSONSchema(z.strictObject({ reply: z.string() })))
    const messages = [
      { role: 'system', content: `Answer as JSON that follows this schema:\n${schema}` },
      { role: 'user', content: prompt },
    ]
    for (const response_format of [{ type: 'json_object' }, undefined]) {
      const text = await client.chat({ model: 'sim-chat', messages, response_format })
      assert.deepEqual(JSON.parse(text), { reply: 'We are open from 9 to 18.' })
    }
  })

  test('in json_object need the word JSON in the prompt, as with OpenAI', async () => {
    await using client = await startClient()
    const { status, text } = await client.post('/v1/chat/completions', {
      model: 'sim-chat',
      messages: [{ role: 'user', content: prompt }],
      response_format: { type: 'json_object' },
    })
    assert.equal(status, 400)
    assert.match(JSON.parse(text).error.message, /must contain the word 'json'/)
  })

  test('follow references and do not follow a schema for ever', async () => {
    await using client = await startClient()
    const node = { type: 'object', properties: { text: { type: 'string' }, next: { $ref: '#/$defs/node' } } }
    const text = await client.chat(withSchema({ $ref: '#/$defs/node', $defs: { node } }))
    assert.equal(JSON.parse(text).next.next.text, 'We are open from 9 to 18.')
  })
})
