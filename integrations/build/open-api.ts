import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'

/** The part of a JSON schema that a form is made of. */
export interface Schema {
  $ref?: string
  type?: string | string[]
  format?: string
  description?: string
  enum?: (string | number | null)[]
  const?: unknown
  anyOf?: Schema[]
  oneOf?: Schema[]
  items?: Schema
  properties?: Record<string, Schema>
  required?: string[]
  minimum?: number
  maximum?: number
  default?: unknown
  examples?: unknown[]
}

/** A parameter of a path, a query or a header. */
export interface Parameter {
  name: string
  in: 'path' | 'query' | 'header'
  required?: boolean
  description?: string
  example?: unknown
  schema: Schema
}

interface Content {
  schema?: Schema
  example?: unknown
}

/** What the document says of one operation, with its place. */
export interface Described {
  operationId: string
  method: string
  path: string
  summary: string
  description?: string
  tags: string[]
  security?: unknown[]
  parameters?: Parameter[]
  requestBody?: { content: Record<string, Content> }
  responses: Record<string, { content?: Record<string, Content> }>
}

/** The document as far as it is read here. */
export interface Document {
  info: { version: string }
  tags: { name: string; 'x-displayName': string; description: string }[]
  paths: Record<string, Record<string, Omit<Described, 'method' | 'path'>>>
  webhooks: Record<string, { post: { description: string } }>
  components: { schemas: Record<string, Schema> }
}

const file = resolve(import.meta.dirname, '../../docs/openapi.json')

/** The API's description, as `npm run docs` wrote it. */
export function readDocument(): Document {
  return JSON.parse(readFileSync(file, 'utf8')) as Document
}

/** Every operation in the document's order. */
export function operationsOf({ paths }: Document): Described[] {
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, one]) => ({ ...one, path, method: method.toUpperCase() })),
  )
}

/** The schema that a reference leads to. */
export function follow(document: Document, schema: Schema): Schema {
  const name = schema.$ref?.split('/').at(-1)
  return name === undefined ? schema : (document.components.schemas[name] ?? {})
}
