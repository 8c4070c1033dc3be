import { globSync, readFileSync } from 'node:fs'
import { basename, resolve } from 'node:path'
import type { Choice, Property } from '../build/n8n-fields.ts'
import { resolveValue, type Scope } from './n8n-expressions.ts'
import type { LoadedPackage } from './n8n-package.ts'
import { type Item, isShown, type Parameters, runNode, type Send, withDefaults } from './n8n-routing.ts'

interface WorkflowNode {
  name: string
  type: string
  parameters: Parameters
}

/** A workflow as n8n exports it. */
export interface Workflow {
  file: string
  name: string
  nodes: WorkflowNode[]
  connections: Record<string, { main: { node: string }[][] }>
}

const directory = resolve(import.meta.dirname, '../n8n/workflows')
export const actionType = 'n8n-nodes-moltflow.moltFlow'
export const triggerType = 'n8n-nodes-moltflow.moltFlowTrigger'

/** The workflows that can be imported, by the name of their file. */
export function readWorkflows(): Map<string, Workflow> {
  return new Map(
    globSync('*.json', { cwd: directory }).map((file) => {
      const workflow = JSON.parse(readFileSync(resolve(directory, file), 'utf8')) as Workflow
      return [basename(file, '.json'), { ...workflow, file }]
    }),
  )
}

function findParameterProblems(properties: readonly Property[], parameters: Parameters): string[] {
  const all = withDefaults({ properties: [...properties] }, parameters)
  const shown = properties.filter((property) => isShown(property, all))
  return Object.entries(parameters).flatMap(([name, value]) => {
    const property = shown.find((each) => each.name === name)
    if (property === undefined) return [`nothing is called ${name}`]
    if (
      property.type === 'options' &&
      !(property.options as Choice[]).some((choice) => choice.value === value)
    )
      return [`${name} cannot be ${value}`]
    if (property.type === 'multiOptions') {
      const known = (property.options as Choice[]).map((choice) => choice.value)
      return (value as string[])
        .filter((each) => !known.includes(each))
        .map((each) => `${name} cannot be ${each}`)
    }
    if (property.type !== 'collection') return []
    return findParameterProblems(property.options as Property[], value as Parameters)
  })
}

/** What n8n would not understand of a workflow. */
export function findWorkflowProblems(workflow: Workflow, { node, trigger }: LoadedPackage): string[] {
  const names = new Set(workflow.nodes.map(({ name }) => name))
  const targets = Object.values(workflow.connections).flatMap(({ main }) =>
    main.flat().map((each) => each.node),
  )
  const known: Record<string, Property[]> = {
    [actionType]: node.description.properties,
    [triggerType]: trigger.description.properties,
  }
  return [
    ...[...Object.keys(workflow.connections), ...targets].filter((name) => !names.has(name)),
    ...workflow.nodes.flatMap(({ name, type, parameters }) =>
      findParameterProblems(known[type] ?? [], known[type] === undefined ? {} : parameters).map(
        (problem) => `${name}: ${problem}`,
      ),
    ),
  ]
}

/** What runs a workflow here. */
export interface Runner {
  node: LoadedPackage['node']
  credentials: { baseUrl: string; apiKey: string }
  send: Send
  /** What the reader chooses in the nodes. */
  chosen: Record<string, unknown>
}

/** Runs a workflow from its first node's item; nodes of n8n itself pass on what their fields come to. */
export async function runWorkflow(
  workflow: Workflow,
  first: Item,
  runner: Runner,
): Promise<Map<string, Item[]>> {
  const start = workflow.nodes.find(({ name }) => {
    const targets = Object.values(workflow.connections).flatMap(({ main }) => main.flat())
    return workflow.connections[name] !== undefined && !targets.some((target) => target.node === name)
  })
  if (start === undefined) throw new Error(`${workflow.file} begins nowhere`)
  const done = new Map<string, Item[]>([[start.name, [first]]])
  for (let at = start.name; workflow.connections[at] !== undefined; ) {
    const next = workflow.connections[at]?.main[0]?.[0]?.node ?? ''
    const node = workflow.nodes.find(({ name }) => name === next)
    if (node === undefined) throw new Error(`${workflow.file} has no ${next}`)
    const results: Item[] = []
    for (const item of done.get(at) ?? []) results.push(...(await runOne(node, item, done, runner)))
    done.set(next, results)
    at = next
  }
  return done
}

async function runOne(
  node: WorkflowNode,
  item: Item,
  done: Map<string, Item[]>,
  runner: Runner,
): Promise<Item[]> {
  const scope: Scope = {
    $json: item.json,
    $: (name: string) => ({ item: (done.get(name) ?? [])[0] }),
  }
  if (node.type !== actionType) return [{ json: resolveValue(node.parameters, scope) as Item['json'] }]
  const filled = Object.entries(node.parameters).map(([name, value]) => [
    name,
    value === '' ? runner.chosen[name] : value,
  ])
  const outer = { ...scope, $credentials: runner.credentials }
  return runNode(runner.node.description, Object.fromEntries(filled), outer, runner.send)
}
