import type { Caller, Context } from '../../context.ts'
import type { Door } from '../../operation.ts'
import type { ToolGroup, ToolPrompt } from '../../tool.ts'
import type { JsonObject } from '../http/openapi-schemas.ts'

/** Who calls, through which request, and how to tell them that it takes a while. */
export interface McpCall {
  ctx: Context
  requestId: string
  /** The protocol that brought it; default this one. */
  door?: Door
  /** `Idempotency-Key` and `User-Agent` of the request. */
  headers: Readonly<Record<string, string>>
  signal: AbortSignal
  /** Says how far it is, to a client that asks to hear it. */
  tell(progress: number, total?: number): Promise<void>
}

/** Part of an answer as the protocol writes it. */
export type McpContent = { type: 'text' | 'image' | 'audio' | 'resource' } & Record<string, unknown>

/** What a tool answers. */
export interface McpToolResult {
  content: McpContent[]
  isError?: boolean
  _meta?: Record<string, unknown>
}

/** A tool as clients see it, and what runs when they call it. */
export interface McpTool {
  group: ToolGroup
  /** As `tools/list` shows it. */
  listing: {
    name: string
    title: string
    description: string
    inputSchema: JsonObject & { type: 'object' }
    annotations: JsonObject & { readOnlyHint: boolean }
  }
  /** Whether this caller has the scopes of everything it calls. */
  mayCall(caller: Caller): boolean
  call(call: McpCall, given: Readonly<Record<string, unknown>>): Promise<McpToolResult>
}

/** Something to read by its address. */
export interface McpResource {
  /** As lists show it; a template has `uriTemplate` instead of `uri`. */
  listing: { name: string; title: string; description: string; mimeType: string } & (
    | { uri: string }
    | { uriTemplate: string }
  )
  /** The values of the parts in braces, when the address is one of this resource's. */
  match(uri: string): Record<string, string> | undefined
  read(call: McpCall, values: Readonly<Record<string, string>>): Promise<JsonObject>
}

/** Words for a task, with their content. */
export interface McpPrompt {
  listing: Pick<ToolPrompt, 'name' | 'title' | 'description' | 'arguments'>
  get(values: Readonly<Record<string, string>>): { role: 'user'; content: McpContent }[]
}

/** Everything that one server offers. */
export interface McpSurface {
  instructions: string
  tools: readonly McpTool[]
  resources: readonly McpResource[]
  prompts: readonly McpPrompt[]
}
