import type { Rule } from './architecture-zones.ts'

const source = /^simulator\/src\/(?:([^/]+)\/)?[^/]+\.ts$/

/**
 * The simulator from the bottom up: a file imports of its own row and of those below. What is in no row is a topic,
 * a folder above the core; what stands above the topics puts them together.
 */
const belowTopics: readonly (readonly string[])[] = [
  ['errors', 'parsing', 'fields', 'answer-fields', 'stanza', 'mailbox', 'listening', 'state', 'requirements'],
  ['encryption'],
  [
    'accounts',
    'addresses',
    'connection',
    'context',
    'delivery-queue',
    'graph',
    'privacy',
    'profile',
    'query',
    'records',
    'route',
    'stream-errors',
    'world',
  ],
]
const aboveTopics: readonly (readonly string[])[] = [
  ['facades', 'actions', 'persistence', 'router', 'simulator', 'world-state'],
  ['control'],
  ['index', 'cli'],
]
const topicRow = belowTopics.length

/** The topic a file belongs to, or its own name when it stands at the root. */
function partOf(path: string): string {
  const folder = source.exec(path)?.[1]
  return folder ?? path.slice('simulator/src/'.length).replace(/\.ts$/, '')
}

function rowOf(path: string): number | undefined {
  const part = partOf(path)
  const below = belowTopics.findIndex((row) => row.includes(part))
  if (below >= 0) return below
  const above = aboveTopics.findIndex((row) => row.includes(part))
  if (above >= 0) return topicRow + 1 + above
  return source.exec(path)?.[1] === undefined ? undefined : topicRow
}

const isOwn = (path: string) => source.test(path) && !path.endsWith('.test.ts')
const isTopic = (path: string) => rowOf(path) === topicRow

const importsGoDown: Rule = (files) =>
  files
    .filter(({ path }) => isOwn(path))
    .flatMap(({ path, imports }) => {
      const row = rowOf(path)
      if (row === undefined) {
        return [`${path} is in no row: put it into its topic, or name its row in architecture-simulator.ts`]
      }
      return imports.flatMap(({ target, line }) => {
        if (!isOwn(target) || (rowOf(target) ?? 0) <= row) return []
        const advice =
          row < topicRow ? 'the core knows no topic' : 'a topic knows nothing of what puts it together'
        return [`${path}:${line} imports ${target}: ${advice}`]
      })
    })

/** How one topic leads to another through imports, type imports included. */
function wayBetween(
  graph: ReadonlyMap<string, ReadonlySet<string>>,
  from: string,
  to: string,
): readonly string[] | undefined {
  const ways: (readonly string[])[] = [[from]]
  const seen = new Set<string>()
  for (const way of ways) {
    const last = way.at(-1) ?? from
    if (last === to) return way
    if (seen.has(last)) continue
    seen.add(last)
    for (const next of graph.get(last) ?? []) ways.push([...way, next])
  }
  return undefined
}

const topicsAreAcyclic: Rule = (files) => {
  const edges = files
    .filter(({ path }) => isOwn(path) && isTopic(path))
    .flatMap(({ path, imports }) =>
      imports
        .filter(({ target }) => isOwn(target) && isTopic(target) && partOf(target) !== partOf(path))
        .map(({ target, line }) => ({ path, target, line })),
    )
  const graph = new Map<string, Set<string>>()
  for (const { path, target } of edges) {
    graph.set(partOf(path), (graph.get(partOf(path)) ?? new Set()).add(partOf(target)))
  }
  return edges.flatMap(({ path, target, line }) => {
    const way = wayBetween(graph, partOf(target), partOf(path))
    if (!way) return []
    return [`${path}:${line} imports ${target}, and ${way.join(' needs ')}: move what both need below both`]
  })
}

const maxFiles = 16

const foldersAreSmall: Rule = (files) => {
  const sizes = new Map<string, number>()
  return files.flatMap(({ path }) => {
    const folder = isOwn(path) ? source.exec(path)?.[1] : undefined
    if (folder === undefined) return []
    const size = (sizes.get(folder) ?? 0) + 1
    sizes.set(folder, size)
    return size > maxFiles
      ? [`${path} is one file more than ${maxFiles} in ${folder}: make two topics of it`]
      : []
  })
}

/** What may live in a module: a prefix that keeps devices apart in a library's table, and a slow certificate. */
const ofTheProcess = ['simulator/src/encryption/virtual-device.ts', 'simulator/src/media/certificate.ts']

const statesAreDefined: Rule = (files) =>
  files
    .filter(({ path }) => isOwn(path) && !ofTheProcess.includes(path))
    .flatMap(({ path, moduleState }) =>
      moduleState.map(
        ({ name, line }) => `${path}:${line} ${name} belongs to no world: make it with defineState`,
      ),
    )

/** Rules of the simulator under the promise each keeps. */
export const simulatorRules = {
  'the simulator is a tower': importsGoDown,
  'topics of the simulator need each other in one direction': topicsAreAcyclic,
  'folders of the simulator are small': foldersAreSmall,
  'what the simulator remembers belongs to a world': statesAreDefined,
} satisfies Readonly<Record<string, Rule>>

/** A violation of each, planted into the real tree. */
export const simulatorViolations: {
  rule: keyof typeof simulatorRules
  path: string
  text: string
  says: RegExp
}[] = [
  {
    rule: 'the simulator is a tower',
    path: 'simulator/src/world.ts',
    text: "import type { Group } from './groups/model.ts'",
    says: /the core knows no topic/,
  },
  {
    rule: 'the simulator is a tower',
    path: 'simulator/src/groups/x.ts',
    text: "import type { Simulator } from '../simulator.ts'",
    says: /nothing of what puts it together/,
  },
  {
    rule: 'the simulator is a tower',
    path: 'simulator/src/x.ts',
    text: '',
    says: /is in no row/,
  },
  {
    rule: 'topics of the simulator need each other in one direction',
    path: 'simulator/src/groups/x.ts',
    text: "import type { Channel } from '../channels/model.ts'",
    says: /channels needs (\w+ needs )*groups: move what both need below both/,
  },
  {
    rule: 'folders of the simulator are small',
    path: 'simulator/src/groups/x.ts',
    text: '',
    says: /make two topics of it/,
  },
  {
    rule: 'what the simulator remembers belongs to a world',
    path: 'simulator/src/groups/x.ts',
    text: 'const seen = new WeakMap<object, string>()',
    says: /make it with defineState/,
  },
]
