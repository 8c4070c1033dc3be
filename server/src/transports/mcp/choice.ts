import type { Caller } from '../../context.ts'
import { malformedRequest } from '../../platform/errors.ts'
import type { McpSurface, McpTool } from './surface.ts'

/** What of everything one caller wants, and may have. */
export interface ChosenTools {
  /** What is listed. */
  listed: readonly McpTool[]
  /** Why a tool that exists cannot be called here; undefined when it can. */
  refusalOf(tool: McpTool): string | undefined
}

const readOnlyHere = 'This server lets tools read only (MOLTFLOW_MCP_READ_ONLY)'
const readOnlyCaller =
  'This connection may only read: it has a credential with read scopes alone, or ?mode=read'
const notChosen = 'This tool is not among those that the address of this connection chooses with ?tools='

/** A credential that can change nothing: each of its scopes ends in `:read`. */
function isReader(caller: Caller): boolean {
  if (caller.kind === 'anonymous' || caller.kind === 'system') return false
  return caller.scopes.size > 0 && [...caller.scopes].every((scope) => scope.endsWith(':read'))
}

/**
 * Reads `?tools=` (groups and names), `?filter=scopes` and `?mode=read` of a connection's address. Throws 400 for what
 * is none of them: an address with a slip in it would otherwise offer more than was meant.
 */
export function chooseTools(
  surface: McpSurface,
  query: Readonly<Record<string, unknown>>,
  { caller, isReadOnly }: { caller: Caller; isReadOnly: boolean },
): ChosenTools {
  const wanted = readNames(query['tools'])
  const unknown = wanted?.find(
    (name) => !surface.tools.some(({ group, listing }) => group === name || listing.name === name),
  )
  if (unknown !== undefined) {
    const groups = [...new Set(surface.tools.map(({ group }) => group))].join(', ')
    throw malformedRequest.create({
      message: `tools: there is no ${JSON.stringify(unknown.slice(0, 60))}; choose names of tools or ${groups}`,
    })
  }
  const isFiltered = readOption('filter', query['filter'], 'scopes')
  const isReading = readOption('mode', query['mode'], 'read') || isReader(caller)
  const isChosen = ({ group, listing }: McpTool) =>
    wanted === undefined || wanted.includes(group) || wanted.includes(listing.name)
  const refusalOf = (tool: McpTool) => {
    if (!isChosen(tool)) return notChosen
    if (tool.listing.annotations.readOnlyHint) return undefined
    if (isReadOnly) return readOnlyHere
    return isReading ? readOnlyCaller : undefined
  }
  return {
    listed: surface.tools.filter(
      (tool) => refusalOf(tool) === undefined && (!isFiltered || tool.mayCall(caller)),
    ),
    refusalOf,
  }
}

function readNames(value: unknown): string[] | undefined {
  if (value === undefined || value === '') return undefined
  const text = Array.isArray(value) ? value.join(',') : String(value)
  return text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '')
}

function readOption(name: string, value: unknown, only: string): boolean {
  if (value === undefined || value === '') return false
  if (value === only) return true
  throw malformedRequest.create({ message: `${name}: must be ${only}, or left out` })
}
