import type { Operation } from '../src/operation.ts'
import type { Reply } from './api-client.ts'
import { placesIn } from './input-places.ts'
import {
  allowedHeaders,
  type CheckTarget,
  createResources,
  fillPath,
  nextAddress,
  sampleBody,
  sampleParameter,
} from './operation-checks.ts'
import { inputSchemaOf } from './schema-samples.ts'

/** Texts that no database stores and no phone shows. */
const unstorable: Readonly<Record<string, string>> = {
  NUL: 'a\0b',
  'NUL alone': '\0',
  'half a pair': 'a\ud83d',
  'the other half': '\udc4db',
  'halves in the wrong order': '\udc4d\ud83d',
}

const deep = JSON.parse(`${'['.repeat(800)}${']'.repeat(800)}`) as unknown

/** What may be refused or accepted, but breaks nothing. */
const odd: readonly unknown[] = [
  'x'.repeat(70_000),
  "'; --\\",
  '\\',
  '%_\\%',
  '\u0001\u001f\u007f\uffff',
  '\u202e\ufeff\u200d',
  '\u0663 & ! ( | :*',
  '0000-01-01T00:00:00Z',
  '9999-12-31T23:59:59-23:59',
  '99999999999999999999',
  ' ',
  true,
  -1,
  0.5,
  2 ** 31,
  2 ** 53,
  1e308,
  [],
  [null],
  {},
  { constructor: { prototype: 1 } },
  deep,
]

/**
 * The odd values for a place. What refuses them is the same for fields of one kind, and there are a thousand places: each
 * gets every third of them, the place after it others, and so does the same place of another operation. What takes a
 * password works out a slow hash for every call: there it is every sixth. HOSTILE_INPUT=all tries all of them everywhere.
 */
function oddFor(operation: Operation, place: number): readonly unknown[] {
  if (process.env['HOSTILE_INPUT'] === 'all') return odd
  const takesPassword = Object.keys(sampleBody(operation) ?? {}).some((name) => name.includes('password'))
  const step = takesPassword ? 6 : 3
  const first = ([...operation.id].reduce((sum, letter) => sum + letter.charCodeAt(0), 0) + place) % step
  return odd.filter((_, index) => index % step === first)
}

/** JSON that is odd as a text. */
const oddBodies: readonly string[] = [
  `{"a":${'['.repeat(200_000)}${']'.repeat(200_000)}}`,
  '['.repeat(400_000),
  '{"a":1e400}',
  '{"__proto__":{"a":1},"constructor":{"prototype":{"b":2}}}',
  '{"a":1,"a":"\\u0000"}',
  '\ufeff{}',
  '{"\\ud800":1}',
]

/** 422 naming the field (404 in a path) for what nobody can store, in every field; and nothing odd ends in 5xx. */
export async function checkHostileInput(target: CheckTarget, operation: Operation): Promise<string[]> {
  const problems: string[] = []
  // A protocol refuses in words of its own; its tests ask.
  if (operation.isProtocol === true) return problems
  const ids = await createResources(target, target.stranger, operation, problems)
  const sample = (name: string) => ids?.get(name) ?? sampleParameter(operation)(name)
  let headers = await allowedHeaders(operation, target.stranger)
  const path = fillPath(operation.path, sample)
  const call = (url: string, body?: unknown): Promise<Reply> => {
    const payload = body === undefined ? {} : { body }
    return target.call(operation.method, url, { headers, address: nextAddress(), ...payload })
  }
  const ask = async (url: string, body?: unknown): Promise<Reply> => {
    const reply = await call(url, body)
    if (reply.status !== 401 || operation.access === 'public') return reply
    // What was accepted may have ended the login.
    headers = await allowedHeaders(operation, target.stranger)
    return call(url, body)
  }
  await checkPath(operation, sample, ask, problems)
  await checkQuery(operation, path, ask, problems)
  if (operation.body !== undefined) await checkBody(operation, path, ask, problems)
  return problems
}

type Ask = (url: string, body?: unknown) => Promise<Reply>

async function checkPath(
  operation: Operation,
  sample: (name: string) => string,
  ask: Ask,
  problems: string[],
): Promise<void> {
  const body = sampleBody(operation)
  for (const name of operation.path.match(/(?<=\{)\w+(?=\})/g) ?? []) {
    const good = sample(name)
    for (const [text, expected] of [
      ['%00', [404]],
      [`${encodeURIComponent(good)}%00`, [404]],
      [`%00${encodeURIComponent(good)}`, [404]],
      ['%ED%A0%80', [400, 404]],
      ['a%FF', [400, 404]],
      ['%E2%28', [400, 404]],
    ] as const) {
      const url = fillPath(operation.path, (other) => (other === name ? '\u0007' : sample(other)))
      const { status } = await ask(url.replace('%07', text), body)
      if (!expected.some((each) => each === status))
        problems.push(`${status} instead of ${expected[0]} for ${text} as ${name}`)
    }
    for (const value of odd.filter((each) => typeof each === 'string')) {
      const url = fillPath(operation.path, (other) => (other === name ? value : sample(other)))
      mustNotBreak(await ask(url, body), `${JSON.stringify(value).slice(0, 40)} as ${name}`, problems)
    }
  }
}

async function checkQuery(operation: Operation, path: string, ask: Ask, problems: string[]): Promise<void> {
  const body = sampleBody(operation)
  const schema = operation.query === undefined ? {} : inputSchemaOf(operation.query)
  for (const [place, name] of [...Object.keys(schema.properties ?? {}), 'unknown_parameter'].entries()) {
    for (const text of ['%00', 'a%00b']) {
      mustName(await ask(`${path}?${name}=${text}`, body), name, 'NUL', problems)
      mustName(await ask(`${path}?${name}=a&${name}=${text}`, body), name, 'NUL', problems)
    }
    for (const text of ['%ED%A0%80', '%FF', 'J%E9rome']) {
      const { status } = await ask(`${path}?${name}=${text}`, body)
      if (status !== 400) problems.push(`${status} instead of 400 for ${text} in ${name}`)
    }
    for (const value of oddFor(operation, place).filter((each) => typeof each !== 'object')) {
      const text = encodeURIComponent(String(value).slice(0, 8000))
      mustNotBreak(await ask(`${path}?${name}=${text}`, body), `${text.slice(0, 40)} in ${name}`, problems)
    }
  }
}

async function checkBody(operation: Operation, path: string, ask: Ask, problems: string[]): Promise<void> {
  const schema = inputSchemaOf(operation.body as NonNullable<Operation['body']>)
  for (const [place, { field, isOptional, takesText, bodyWith }] of placesIn(schema).entries()) {
    for (const [why, text] of Object.entries(unstorable)) {
      if (takesText || why === 'NUL') mustName(await ask(path, bodyWith(text)), field, why, problems)
    }
    for (const value of oddFor(operation, place)) {
      const reply = await ask(path, bodyWith(value))
      mustNotBreak(reply, `${JSON.stringify(value).slice(0, 40)} in ${field}`, problems)
    }
    if (!isOptional) continue
    const reply = await ask(path, bodyWith(null))
    mustNotBreak(reply, `null in ${field}`, problems)
    const isRefused = reply.status === 422 && fieldsOf(reply).includes(field)
    if (isRefused && (await ask(path, bodyWith(undefined))).status !== 422)
      problems.push(`422 for null in ${field}, which may be left out: ${reply.text.slice(0, 200)}`)
  }
  const good = sampleBody(operation) ?? {}
  for (const [why, text] of Object.entries(unstorable)) {
    mustName(
      await ask(path, { ...good, unknown_field: { inner: [text] } }),
      'unknown_field.inner.0',
      why,
      problems,
    )
    const reply = await ask(path, { ...good, [text]: 1 })
    if (reply.status !== 422) problems.push(`${reply.status} instead of 422 for a field name with ${why}`)
  }
  for (const text of oddBodies) mustNotBreak(await ask(path, text), text.slice(0, 40), problems)
}

function fieldsOf(reply: Reply): string[] {
  const errors: { field?: string }[] = Array.isArray(reply.body?.errors) ? reply.body.errors : []
  return errors.map(({ field = '' }) => field)
}

function mustName(reply: Reply, field: string, why: string, problems: string[]): void {
  if (reply.status !== 422) problems.push(`${reply.status} instead of 422 for ${why} in ${field}`)
  else if (!fieldsOf(reply).some((named) => named === field || named.startsWith(`${field}.`)))
    problems.push(`422 for ${why} in ${field}, but its errors name ${fieldsOf(reply).join()}`)
}

function mustNotBreak(reply: Reply, what: string, problems: string[]): void {
  if (reply.status >= 500 && reply.status !== 503)
    problems.push(`${reply.status} for ${what}: ${reply.text.slice(0, 200)}`)
}
