import {
  type CallToolResult,
  type GetPromptResult,
  type ListToolsResult,
  ProtocolError,
  ProtocolErrorCode,
  type ReadResourceResult,
  ResourceNotFoundError,
  Server,
  type ServerContext,
} from '@modelcontextprotocol/server'
import type { Clock } from '../../platform/clock.ts'
import { isStorable } from '../../platform/storable-text.ts'
import { toErrorAnswer } from '../http/errors.ts'
import type { JsonObject } from '../http/openapi-schemas.ts'
import type { ChosenTools } from './choice.ts'
import { showPlainly } from './fence.ts'
import type { McpCall, McpSurface } from './surface.ts'

/** Seconds between two notices that a call is still under way. */
const progressSeconds = 2
const maxPromptValue = 200

/** Lists say for how long they may be kept: what they hold depends on the credential. */
const listHint = { ttlMs: 300_000, cacheScope: 'private' } as const
/** What resources show changes all the time. */
const readHint = { ttlMs: 0, cacheScope: 'private' } as const

/** What one request is answered with. */
export interface Served {
  surface: McpSurface
  chosen: ChosenTools
  call: Omit<McpCall, 'signal' | 'tell'>
  version: string
  clock: Clock
}

/** The protocol's side of one request: a server lives as long as it takes to answer, and keeps nothing. */
export function createProtocolServer(served: Served): Server {
  const { surface, version } = served
  const server = new Server(
    { name: 'moltflow', title: 'MoltFlow', version },
    {
      capabilities: { tools: {}, resources: {}, prompts: {}, completions: {} },
      instructions: surface.instructions,
      cacheHints: {
        'tools/list': listHint,
        'prompts/list': listHint,
        'resources/list': listHint,
        'resources/templates/list': listHint,
        'resources/read': readHint,
      },
    },
  )
  addTools(server, served)
  addResources(server, served)
  addPrompts(server, surface)
  // Clients ask while a person types; there is nothing to suggest that a tool would not list better.
  server.setRequestHandler('completion/complete', () => ({ completion: { values: [], total: 0 } }))
  return server
}

function addTools(server: Server, served: Served): void {
  const { surface, chosen, call, clock } = served
  server.setRequestHandler(
    'tools/list',
    () => ({ tools: chosen.listed.map(({ listing }) => listing) }) as ListToolsResult,
  )
  server.setRequestHandler('tools/call', async ({ params }, context) => {
    const tool = surface.tools.find(({ listing }) => listing.name === params.name)
    if (tool === undefined) {
      const name = showPlainly(params.name.slice(0, 64))
      throw new ProtocolError(ProtocolErrorCode.InvalidParams, `Unknown tool: ${name}`)
    }
    const refusal = chosen.refusalOf(tool)
    if (refusal !== undefined) return { isError: true, content: [{ type: 'text', text: refusal }] }
    const progress = createProgress(context, clock)
    try {
      const given = params.arguments ?? {}
      const { signal } = context.mcpReq
      return (await tool.call({ ...call, signal, tell: progress.tell }, given)) as CallToolResult
    } finally {
      progress.stop()
    }
  })
}

/** Tells a client that asks to hear it how far its call is, and now and then that it is still under way. */
function createProgress({ mcpReq }: ServerContext, clock: Clock) {
  const progressToken = mcpReq._meta?.progressToken
  if (progressToken === undefined) return { tell: async () => undefined, stop: () => undefined }
  let latest = 0
  let isOver = false
  const tell = async (progress: number, total?: number) => {
    if (isOver || mcpReq.signal.aborted || progress < latest) return
    latest = progress
    const params = { progressToken, progress, ...(total === undefined ? {} : { total }) }
    // Whoever has gone hears nothing of it; the call itself goes on.
    await mcpReq.notify({ method: 'notifications/progress', params }).catch(() => undefined)
  }
  const beat = async () => {
    await tell(latest + progressSeconds)
    if (!isOver) timer = clock.schedule(progressSeconds * 1000, () => void beat())
  }
  let timer = clock.schedule(progressSeconds * 1000, () => void beat())
  const stop = () => {
    isOver = true
    timer.cancel()
  }
  return { tell, stop }
}

function addResources(server: Server, { surface, call }: Served): void {
  const listings = surface.resources.map(({ listing }) => listing)
  server.setRequestHandler('resources/list', () => ({
    resources: listings.filter((listing) => 'uri' in listing),
  }))
  server.setRequestHandler('resources/templates/list', () => ({
    resourceTemplates: listings.filter((listing) => 'uriTemplate' in listing),
  }))
  server.setRequestHandler('resources/read', async ({ params: { uri } }, context) => {
    for (const resource of surface.resources) {
      const values = resource.match(uri)
      if (values === undefined) continue
      try {
        const content = await resource.read(
          { ...call, signal: context.mcpReq.signal, tell: async () => undefined },
          values,
        )
        return { contents: [{ uri, ...content }] } as ReadResourceResult
      } catch (error) {
        throw toProtocolError(error, uri, call)
      }
    }
    throw new ResourceNotFoundError(uri.slice(0, 200))
  })
}

/** A refusal of an operation as the protocol says it: not there, not allowed, or nothing that is told. */
function toProtocolError(error: unknown, uri: string, { ctx, requestId }: Served['call']): ProtocolError {
  const { status, body, headers } = toErrorAnswer(error, ctx.log, requestId)
  if (status === 404) return new ResourceNotFoundError(uri.slice(0, 200))
  const code = status >= 500 ? ProtocolErrorCode.InternalError : ProtocolErrorCode.InvalidParams
  const scopes = headers['x-required-scopes']
  return new ProtocolError(code, scopes === undefined ? body.detail : `${body.detail}: ${scopes}`)
}

function addPrompts(server: Server, { prompts }: McpSurface): void {
  server.setRequestHandler('prompts/list', () => ({
    prompts: prompts.map(({ listing }) => ({ ...listing, arguments: [...listing.arguments] })),
  }))
  server.setRequestHandler('prompts/get', ({ params }) => {
    const prompt = prompts.find(({ listing }) => listing.name === params.name)
    if (prompt === undefined) throw invalid(`Unknown prompt: ${showPlainly(params.name.slice(0, 64))}`)
    const values = params.arguments ?? {}
    for (const { name, required } of prompt.listing.arguments) {
      const value = values[name]
      if (required && (value === undefined || value === '')) throw invalid(`${name}: field required`)
      if (value !== undefined && (value.length > maxPromptValue || !isStorable(value)))
        throw invalid(`${name}: must be a text of at most ${maxPromptValue} characters`)
    }
    const plain = Object.entries(values).map(([name, value]) => [name, showPlainly(value)])
    const { description } = prompt.listing
    const messages = prompt.get(Object.fromEntries(plain)) as unknown as JsonObject[]
    return { description, messages } as unknown as GetPromptResult
  })
}

function invalid(message: string): ProtocolError {
  return new ProtocolError(ProtocolErrorCode.InvalidParams, message)
}
