import type { AccessPolicy } from '../../access.ts'
import type { Caller } from '../../context.ts'
import type { Operation } from '../../operation.ts'
import { type AppError, validationFailed } from '../../platform/errors.ts'
import { holdsScope } from '../../scopes.ts'
import type { Tool, ToolPicture, ToolResource, Toolset } from '../../tool.ts'
import { authorise, callOperation } from '../call-operation.ts'
import { toErrorAnswer } from '../http/errors.ts'
import { type Fields, fieldsOf, schemaOf, toInput } from './arguments.ts'
import { fence } from './fence.ts'
import { toMarkdown } from './markdown.ts'
import { type ResponseFormat, writeAnswer, writeRefusal } from './results.ts'
import type { McpCall, McpResource, McpSurface, McpTool } from './surface.ts'

/** What tools are made of. */
interface Parts {
  operations: readonly Operation[]
  policy: AccessPolicy
  /** Where clients learn who gives out credentials. */
  metadataUrl: string
}

/** An operation with what a tool may fill in. */
interface Callable {
  operation: Operation
  fields: Fields
}

type Given = Readonly<Record<string, unknown>>

/** Makes what is offered of tables and operations; what of a table does not fit its operation stops the start. */
export function createOperationSurface({ tools, resources, ...rest }: Toolset, parts: Parts): McpSurface {
  const known = new Map<string, Callable>()
  const find = (id: string): Callable => {
    const found = known.get(id) ?? makeCallable(id, parts.operations)
    known.set(id, found)
    return found
  }
  const call = async (id: string, mcpCall: McpCall, given: Given) => {
    const { operation, fields } = find(id)
    const { ctx, requestId, headers } = mcpCall
    const input = toInput(fields, given)
    const { body } = await callOperation(parts.policy, ctx, operation, {
      door: mcpCall.door ?? 'mcp',
      requestId,
      input,
      headers: { ...headers, accept: 'application/json' },
    })
    return body
  }
  return {
    instructions: rest.instructions,
    tools: tools.map((tool) => makeTool(tool, find, call, parts.metadataUrl)),
    resources: resources.map((resource) => makeResource(resource, find, call)),
    prompts: rest.prompts.map(({ write, ...listing }) => ({
      listing,
      get: (values) => [{ role: 'user', content: { type: 'text', text: write(values) } }],
    })),
  }
}

function makeCallable(id: string, operations: readonly Operation[]): Callable {
  const operation = operations.find((one) => one.id === id)
  if (operation === undefined) throw new Error(`a tool calls ${id}, which is no operation`)
  return { operation, fields: fieldsOf(operation) }
}

type Call = (id: string, call: McpCall, given: Given) => Promise<unknown>

function makeTool(tool: Tool, find: (id: string) => Callable, call: Call, metadataUrl: string): McpTool {
  const operations = [tool.operation, ...(tool.continuation?.operations ?? [])].map(
    (id) => find(id).operation,
  )
  const rules: Pick<Operation, 'access'>[] = [
    ...operations,
    ...(tool.scopes === undefined ? [] : [{ access: tool.scopes }]),
  ]
  // Who may not use a tool is told so before anything of its arguments, as over HTTP.
  const asked = rules.filter((_, index) => index === 0 || index >= operations.length)
  const isReadOnly = operations.every(({ method }) => method === 'GET')
  const inputSchema = schemaOf(tool, find(tool.operation).fields)
  const required = (inputSchema['required'] ?? []) as readonly string[]
  return {
    group: tool.group,
    listing: {
      name: tool.name,
      title: tool.title,
      description: tool.description,
      inputSchema,
      annotations: {
        readOnlyHint: isReadOnly,
        ...(isReadOnly ? {} : { destructiveHint: tool.isDestructive === true }),
      },
    },
    mayCall: (caller) => rules.every(({ access }) => hasScopes(caller, access)),
    async call(mcpCall, given) {
      const format = given['response_format'] === 'json' ? 'json' : 'markdown'
      try {
        for (const rule of asked) authorise(mcpCall.ctx.caller, rule)
        checkFormat(given['response_format'])
        requireGiven(given, required)
        return await run(tool, call, mcpCall, given, format)
      } catch (error) {
        const answer = toErrorAnswer(error, mcpCall.ctx.log, mcpCall.requestId)
        return writeRefusal(answer, format, metadataUrl)
      }
    },
  }
}

function hasScopes(caller: Caller, access: Operation['access']): boolean {
  if (caller.kind === 'anonymous' || caller.kind === 'system') return false
  return typeof access === 'string' || access.every((scope) => holdsScope(caller.scopes, scope))
}

async function run(tool: Tool, call: Call, mcpCall: McpCall, given: Given, format: ResponseFormat) {
  const picked = Object.entries(tool.arguments).map(([name, field]) => [field, given[name]])
  const fields: Record<string, unknown> = { ...Object.fromEntries(picked), ...tool.fill?.(given) }
  let answer = await call(tool.operation, mcpCall, fields)
  let pictures: readonly ToolPicture[] = []
  if (tool.continuation !== undefined) {
    const { ctx, signal } = mcpCall
    const { operations } = tool.continuation
    const more = await tool.continuation.run(answer, fields, {
      call: (id, further) => {
        if (!operations.includes(id)) throw new Error(`${tool.name} does not say that it calls ${id}`)
        return call(id, mcpCall, further)
      },
      wait: (ms) => ctx.clock.sleep(ms, signal),
    })
    answer = more.answer
    pictures = more.pictures
  }
  if (tool.part !== undefined) answer = (answer as Record<string, unknown>)[tool.part]
  return writeAnswer(answer, format, pictures)
}

function refuseFields(fields: readonly string[], message: string): AppError {
  return validationFailed.create({
    message: fields.map((field) => `${field}: ${message}`).join('; '),
    details: { errors: fields.map((field) => ({ field, message })) },
  })
}

function checkFormat(format: unknown): void {
  if (format === undefined || format === null || format === 'json' || format === 'markdown') return
  throw refuseFields(['response_format'], 'must be one of markdown, json')
}

function requireGiven(given: Given, required: readonly string[]): void {
  const missing = required.filter((name) => given[name] === undefined || given[name] === null)
  if (missing.length > 0) throw refuseFields(missing, 'field required')
}

function makeResource(resource: ToolResource, find: (id: string) => Callable, call: Call): McpResource {
  const { uri, operation, ...about } = resource
  const names = [...uri.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name)
  const { fields } = find(operation)
  const unknown = names.find((name) => !fields.has(name))
  if (unknown !== undefined) throw new Error(`${uri}: ${operation} has no field ${unknown}`)
  const parts = uri.split('/')
  return {
    listing: {
      ...about,
      mimeType: 'text/markdown',
      ...(names.length === 0 ? { uri } : { uriTemplate: uri }),
    },
    match(asked) {
      const given = asked.split('/')
      if (given.length !== parts.length) return undefined
      const values: Record<string, string> = {}
      for (const [index, part] of parts.entries()) {
        const value = given[index] ?? ''
        if (part.startsWith('{')) values[part.slice(1, -1)] = value
        else if (part !== value) return undefined
      }
      return values
    },
    async read(mcpCall, values) {
      return { mimeType: 'text/markdown', text: fence(toMarkdown(await call(operation, mcpCall, values))) }
    },
  }
}
