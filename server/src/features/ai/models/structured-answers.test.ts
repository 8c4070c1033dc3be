import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { z } from 'zod'
import { readStructured, toPortable, withoutThinking } from './structured-answers.service.ts'

const schema = z.object({ score: z.int().min(1).max(10), why: z.string().max(20).optional() })

suite('reading an answer in a form', () => {
  test('finds it whatever the model wrote around it', () => {
    for (const text of [
      '{"score":7}',
      ' \n{"score": 7}\n',
      '```json\n{"score":7}\n```',
      'Sure! Here it is:\n```\n{"score":7}\n```\nAnything else?',
      '<think>{"score":99} or [1, {"score":3}</think>{"score":7}',
      '<thinking>hm</thinking>\n<thinking>well</thinking>\n```json\n{"score":7}```',
      'so the score is 7</think>\n{"score":7}',
      'a [list] of {things}: {"score":7}',
      'The set {1, 2} is no JSON, but {"score":7} is, with } in "text": {"score":8}',
    ])
      assert.deepEqual(readStructured(text, schema), { object: { score: 7 } }, text)
  })

  test('a value with such words in it stays whole', () => {
    const text = JSON.stringify({ score: 7, why: '<think>{}</think>' })
    assert.deepEqual(readStructured(text, schema), { object: JSON.parse(text) })
  })

  test('says what is wrong, and whether it is JSON at all', () => {
    for (const text of ['', 'seven', '{"score":7', '<think>{"score":7}', '{score:7}'])
      assert.deepEqual(readStructured(text, schema), { problem: 'it is not JSON', isJson: false }, text)
    const read = readStructured('{"score":70}', schema)
    assert.ok('problem' in read && read.isJson && read.problem.startsWith('score: '))
  })

  test('a long answer of beginnings has an end', () => {
    for (const text of [
      '{'.repeat(200_000),
      '['.repeat(200_000),
      '{"a":'.repeat(40_000),
      'a<think></think>'.repeat(200_000),
    ])
      assert.ok('problem' in readStructured(text, schema))
  })

  test('thoughts are no part of a text', () => {
    assert.equal(withoutThinking('<think>What?</think>\nHello'), 'Hello')
    assert.equal(withoutThinking('What?</think>\nHello'), 'Hello')
    assert.equal(withoutThinking('Hello <reasoning>b</reasoning>you'), 'Hello you')
    assert.equal(withoutThinking('<think>without an end'), '')
    assert.equal(withoutThinking('1 < 2 and <b>bold</b>'), '1 < 2 and <b>bold</b>')
  })
})

suite('a schema as providers take it', () => {
  test('has nothing that some of them refuse, and keeps fields that are called like it', () => {
    const odd = z.object({ format: z.enum(['pattern', 'default']), default: z.string().regex(/^a$/).min(1) })
    const { schema: portable, isStrict } = toPortable(odd)
    assert.deepEqual(portable, {
      type: 'object',
      properties: { format: { type: 'string', enum: ['pattern', 'default'] }, default: { type: 'string' } },
      required: ['format', 'default'],
      additionalProperties: false,
    })
    assert.equal(isStrict, true)
    assert.equal(toPortable(schema).isStrict, false)
  })
})
