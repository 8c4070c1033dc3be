import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildPackage } from '../build/n8n-package.ts'
import type { NodeDescription } from './n8n-routing.ts'

/** A node as n8n makes it of the package's classes. */
export interface LoadedNode {
  description: NodeDescription & Record<string, unknown>
  // biome-ignore lint/suspicious/noExplicitAny: a host calls what is there.
  [member: string]: any
}

/** The package as it is published, and what n8n loads of it. */
export interface LoadedPackage {
  directory: string
  node: LoadedNode
  trigger: LoadedNode
  // biome-ignore lint/suspicious/noExplicitAny: rules look at whatever is there.
  credentials: any
  close(): void
}

/** What n8n gives to its nodes, as far as these use it. */
const hostModule = `
exports.NodeConnectionTypes = { Main: 'main' }
exports.NodeApiError = class NodeApiError extends Error {
  constructor(node, answer, options = {}) {
    super(options.message)
    this.httpCode = options.httpCode
  }
}
`

/** Builds the package and loads it by the paths of its package.json, as n8n does. */
export function loadPackage(): LoadedPackage {
  const directory = mkdtempSync(join(tmpdir(), 'moltflow-n8n-'))
  buildPackage(directory)
  const host = join(directory, 'node_modules/n8n-workflow')
  mkdirSync(host, { recursive: true })
  writeFileSync(join(host, 'index.js'), hostModule)
  const load = createRequire(join(directory, 'package.json'))
  const { n8n } = load('./package.json') as { n8n: { nodes: string[]; credentials: string[] } }
  const [node, trigger, credentials] = [...n8n.nodes, ...n8n.credentials].map((file) => {
    const name = file.slice(file.lastIndexOf('/') + 1).split('.')[0] ?? ''
    const classes = load(`./${file}`) as Record<string, new () => LoadedNode>
    const Class = classes[name]
    if (Class === undefined) throw new Error(`${file} has no class ${name}`)
    return new Class()
  })
  if (node === undefined || trigger === undefined) throw new Error('a node is missing')
  const close = () => rmSync(directory, { recursive: true, force: true })
  return { directory, node, trigger, credentials, close }
}
