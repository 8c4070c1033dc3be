import { isTest, type Rule } from './architecture-zones.ts'

const source = /^model-simulator\/src\/(?:([^/]+)\/)?([^/]+)\.ts$/

/** The model simulator from the bottom up: a file imports of its own row and of those below. */
const rows: readonly (readonly string[])[] = [
  ['errors', 'ask', 'listening', 'log', 'traits'],
  ['faults', 'prompt', 'words'],
  ['mind', 'sound'],
  ['exchange'],
  ['dialects'],
  ['control'],
  ['start', 'cli'],
]

function rowOf(path: string): number {
  const [, folder, file = ''] = source.exec(path) ?? []
  return rows.findIndex((row) => row.includes(folder ?? file))
}

const isOwn = (path: string) => source.test(path) && !isTest(path)

const importsGoDown: Rule = (files) =>
  files
    .filter(({ path }) => isOwn(path))
    .flatMap(({ path, imports }) => {
      const row = rowOf(path)
      if (row < 0) return [`${path} is in no row: put it into a folder, or name its row in this rule`]
      return imports
        .filter(({ target }) => isOwn(target) && rowOf(target) > row)
        .map(({ target, line }) => `${path}:${line} imports ${target}: what is below knows nothing of it`)
    })

const nothingIsShared: Rule = (files) =>
  files
    .filter(({ path }) => isOwn(path))
    .flatMap(({ path, moduleState }) =>
      moduleState.map(({ name, line }) => `${path}:${line} ${name} is everybody's: keep it in the World`),
    )

/** Rules of the model simulator under the promise each keeps. */
export const modelSimulatorRules = {
  'the model simulator is a tower': importsGoDown,
  'two model simulators in a process share nothing that changes': nothingIsShared,
} satisfies Readonly<Record<string, Rule>>

/** A violation of each, planted into the real tree. */
export const modelSimulatorViolations: {
  rule: keyof typeof modelSimulatorRules
  path: string
  text: string
  says: RegExp
}[] = [
  {
    rule: 'the model simulator is a tower',
    path: 'model-simulator/src/mind/x.ts',
    text: "import type { Exchange } from '../exchange.ts'",
    says: /what is below knows nothing of it/,
  },
  {
    rule: 'the model simulator is a tower',
    path: 'model-simulator/src/x.ts',
    text: '',
    says: /is in no row/,
  },
  {
    rule: 'two model simulators in a process share nothing that changes',
    path: 'model-simulator/src/mind/x.ts',
    text: 'const seen = new Map<string, string>()',
    says: /keep it in the World/,
  },
]
