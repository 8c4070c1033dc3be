import type { FileFacts } from './source-facts.ts'

/** Looks at all files; every sentence names a place and what to do. */
export type Rule = (files: readonly FileFacts[]) => string[]

/** Whether a file is a test or serves tests. */
export const isTest = (path: string) => path.endsWith('.test.ts') || path.includes('/test/')
/** Whether a file belongs to what is shipped. */
export const isProduct = ({ path }: FileFacts) => !isTest(path)
/** Whether a file belongs to the server as it is shipped. */
export const inServer = ({ path }: FileFacts) => path.startsWith('server/src/') && !isTest(path)

/** What a path is part of: a row of the table in ARCHITECTURE.md. */
export function zoneOf(path: string): string {
  if (/^(?:@moltflow\/)?model-simulator(?:\/|$)/.test(path)) return 'model-simulator'
  if (path.startsWith('simulator/') || path === '@moltflow/simulator') return 'simulator'
  if (!path.startsWith('server/src/')) return path.startsWith('server/') ? 'tests' : 'package'
  const [, , first = '', area = '', feature = '', ...rest] = path.split('/')
  if (first === 'features' && area !== '') return `feature ${rest.length > 0 ? `${area}/${feature}` : area}`
  if (['platform', 'engine', 'transports'].includes(first)) return first
  return ['app.ts', 'features.ts', 'main.ts', 'admin.ts'].includes(first) ? 'composition' : 'vocabulary'
}
