import type { AccessPolicy } from '../../access.ts'
import type { DoorServices, OfferedTool } from '../../door.ts'
import type { Operation } from '../../operation.ts'
import { callOperation } from '../call-operation.ts'
import { fence, toSafeJson } from '../mcp/fence.ts'
import type { McpSurface, McpTool } from '../mcp/surface.ts'

/** What doors are served with. */
interface Parts {
  operations: readonly Operation[]
  policy: AccessPolicy
  surface?: McpSurface
  isReadOnly?: boolean
}

/** The product as doors may use it: the tools there are, and operations with everything that is asked of a caller. */
export function createDoorServices(parts: Parts): (requestId: string) => DoorServices {
  const { operations, policy, surface, isReadOnly = false } = parts
  const tools = (surface?.tools ?? []).filter(
    ({ listing }) => !isReadOnly || listing.annotations.readOnlyHint,
  )
  return (requestId) => ({
    tools: tools.map((tool) => offerTool(tool, requestId)),
    async call(ctx, id, { params = {}, query = {}, body = {} }) {
      const operation = operations.find((one) => one.id === id)
      if (operation === undefined) throw new Error(`there is no operation ${id}`)
      const input = { params, query, body: '', fields: body }
      const answer = await callOperation(policy, ctx, operation, {
        door: 'a2a',
        requestId,
        input,
        headers: {},
      })
      return answer.body
    },
    fence: (value) => fence(toSafeJson(value)),
  })
}

function offerTool(tool: McpTool, requestId: string): OfferedTool {
  const { name, title, description, inputSchema } = tool.listing
  return {
    name,
    title,
    description,
    group: tool.group,
    inputSchema,
    mayCall: tool.mayCall,
    async call(ctx, given) {
      const { content, isError } = await tool.call(
        {
          ctx,
          requestId,
          door: 'a2a',
          headers: {},
          // The work goes on when whoever asked has gone: the task tells what became of it.
          signal: new AbortController().signal,
          tell: async () => undefined,
        },
        given,
      )
      return {
        isRefused: isError === true,
        texts: content.flatMap((part) => (part.type === 'text' ? [String(part['text'])] : [])),
        pictures: content.flatMap((part) =>
          part.type === 'image' ? [{ mimeType: String(part['mimeType']), data: String(part['data']) }] : [],
        ),
      }
    },
  }
}
