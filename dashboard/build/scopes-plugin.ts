import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Plugin } from 'vite'

const name = 'virtual:required-scopes'
const document = join(import.meta.dirname, '../../docs/openapi.json')

interface Document {
  paths: Record<string, Record<string, { 'x-required-scopes'?: string[] }>>
}

/** Gives `virtual:required-scopes`: the scopes of each operation, as the OpenAPI document tells them. */
export function requiredScopes(): Plugin {
  return {
    name: 'moltflow-scopes',
    resolveId: (id) => (id === name ? `\0${name}` : undefined),
    load(id) {
      if (id !== `\0${name}`) return undefined
      this.addWatchFile(document)
      return `export const scopes = ${JSON.stringify(readScopes())}`
    },
  }
}

function readScopes(): Record<string, string[]> {
  const { paths } = JSON.parse(readFileSync(document, 'utf8')) as Document
  const entries = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]): [string, string[]] => [
      `${method} ${path}`,
      operation['x-required-scopes'] ?? [],
    ]),
  )
  return Object.fromEntries(entries)
}
