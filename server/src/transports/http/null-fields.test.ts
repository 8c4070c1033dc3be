import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { z } from 'zod'
import { features } from '../../features.ts'
import { checkInput } from './input.ts'
import { acceptNulls } from './null-fields.ts'
import { buildOpenApi } from './openapi.ts'
import type { JsonObject } from './openapi-schemas.ts'

const operations = features.flatMap((feature) => feature.operations ?? [])
const document = buildOpenApi({ operations, version: '0' }) as { components: { schemas: JsonObject } }

/** Optional fields of a schema that do not say that they may be null, with all parts that it refers to. */
function silentFields(schema: unknown, path: string, seen: Set<string>): string[] {
  if (typeof schema !== 'object' || schema === null) return []
  const part = schema as JsonObject & { properties?: Record<string, JsonObject>; required?: string[] }
  if (typeof part.$ref === 'string') {
    if (seen.has(part.$ref)) return []
    seen.add(part.$ref)
    return silentFields(document.components.schemas[part.$ref.split('/').at(-1) ?? ''], path, seen)
  }
  const own = Object.entries(part.properties ?? {}).flatMap(([name, field]) => {
    const isSilent = part.required?.includes(name) !== true && !/"null"/.test(JSON.stringify(field))
    // A field of any type takes null already.
    const isAny = field.type === undefined && field.anyOf === undefined && field.$ref === undefined
    return [
      ...(isSilent && !isAny ? [`${path}.${name}`] : []),
      ...silentFields(field, `${path}.${name}`, seen),
    ]
  })
  const inner = [part.items, ...[part.anyOf, part.oneOf, part.allOf].flatMap((each) => each ?? [])]
  return [...own, ...inner.flatMap((each) => silentFields(each, path, seen))]
}

describe('null', () => {
  test('is documented for every optional field of every body', () => {
    const paths = (buildOpenApi({ operations, version: '0' }) as { paths: Record<string, JsonObject> }).paths
    const bodies = Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => {
        const { requestBody } = operation as {
          requestBody?: { content: Record<string, { schema: unknown }> }
        }
        return { name: `${method} ${path}`, schema: requestBody?.content['application/json']?.schema }
      }),
    )
    assert.deepEqual(
      bodies.flatMap(({ name, schema }) => silentFields(schema, name, new Set())),
      [],
    )
  })

  const body = z.object({
    name: z.string(),
    note: z.string().optional(),
    cleared: z.string().nullable().optional(),
    size: z.enum(['big', 'small']).default('big'),
    list: z.array(z.object({ text: z.string(), mark: z.int().optional() })).optional(),
    either: z.union([z.string(), z.object({ kind: z.literal('a'), more: z.string().optional() })]).optional(),
    free: z.record(z.string(), z.unknown()).optional(),
    only: z.literal('x').optional(),
  })
  const operation = { body } as unknown as Parameters<typeof checkInput>[0]
  const read = (sent: object) => checkInput(operation, { params: {}, query: {}, body: JSON.stringify(sent) })

  test('counts as absent where it says nothing, however deep, and stays where it means something', () => {
    const sent = {
      name: 'n',
      note: null,
      cleared: null,
      size: null,
      list: [{ text: 't', mark: null }],
      either: { kind: 'a', more: null },
      free: { inner: null },
      only: null,
    }
    assert.deepEqual(read(sent), {
      name: 'n',
      cleared: null,
      size: 'big',
      list: [{ text: 't' }],
      either: { kind: 'a' },
      free: { inner: null },
    })
    assert.deepEqual(read({ name: 'n', list: null, either: null, free: null }), { name: 'n', size: 'big' })
  })

  test('is a missing field where one is required, and nothing in a list', () => {
    for (const [sent, field] of [
      [{ name: null }, 'name'],
      [{ name: 'n', list: [{ text: null }] }, 'list.0.text'],
      [{ name: 'n', list: [null] }, 'list.0'],
    ] as const)
      assert.throws(
        () => read(sent),
        (error: { details?: { errors: { field: string }[] } }) => error.details?.errors[0]?.field === field,
      )
  })

  test('is told of every kind of schema', () => {
    const properties = {
      text: { type: 'string', enum: ['a'] },
      only: { const: 'a', type: 'string' },
      part: { $ref: '#/x', description: 'd' },
      either: { anyOf: [{ type: 'string' }] },
      any: {},
      known: { type: ['string', 'null'] },
      needed: { type: 'string' },
    }
    assert.deepEqual(acceptNulls({ type: 'object', required: ['needed'], properties }), {
      type: 'object',
      required: ['needed'],
      properties: {
        text: { type: ['string', 'null'], enum: ['a', null] },
        only: { anyOf: [{ const: 'a', type: 'string' }, { type: 'null' }] },
        part: { anyOf: [{ $ref: '#/x' }, { type: 'null' }], description: 'd' },
        either: { anyOf: [{ type: 'string' }, { type: 'null' }] },
        any: {},
        known: { type: ['string', 'null'] },
        needed: { type: 'string' },
      },
    })
  })
})
