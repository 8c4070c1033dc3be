import { inServer, isTest, type Rule, zoneOf } from './architecture-zones.ts'
import type { FileFacts } from './source-facts.ts'

/** Areas of features from high to low: imports go down, events go up. */
export const areas = [
  'insight',
  'agents',
  'reviews',
  'ai',
  'outreach',
  'leads',
  'webhooks',
  'groups',
  'sending',
  'safety',
  'conversations',
  'sessions',
  'account',
]

/** The area a file of a feature stands in. */
export function areaOf(path: string): string | undefined {
  return /^server\/src\/features\/([^/]+)\/./.exec(path)?.[1]
}

/** Whether one area stands above another. */
export function isAbove(area: string, other: string): boolean {
  return areas.indexOf(area) < areas.indexOf(other)
}

const importsGoDown: Rule = (files) =>
  files.filter(inServer).flatMap((file) => {
    const own = areaOf(file.path)
    if (own === undefined) return []
    return file.imports.flatMap(({ target, line }) => {
      const other = areaOf(target)
      if (other === undefined || !isAbove(other, own)) return []
      const advice = `${own} stands below ${other}: publish an event that ${other} handles, or move the rule up`
      return [`${file.path}:${line} imports ${target}: ${advice}`]
    })
  })

/** Who needs whom; what a path is a node of says `nodeOf`. */
function graphOf(
  files: readonly FileFacts[],
  nodeOf: (path: string) => string | undefined,
): Map<string, Set<string>> {
  const graph = new Map<string, Set<string>>()
  for (const file of files) {
    const from = nodeOf(file.path)
    if (from === undefined) continue
    const targets = graph.get(from) ?? new Set<string>()
    graph.set(from, targets)
    for (const { target } of file.imports) {
      const to = nodeOf(target)
      if (to !== undefined && to !== from) targets.add(to)
    }
  }
  return graph
}

/** The shortest way from a node back to itself. */
function roundFrom(graph: ReadonlyMap<string, ReadonlySet<string>>, start: string): string[] | undefined {
  const cameFrom = new Map<string, string>()
  const queue = [start]
  for (const node of queue) {
    for (const next of graph.get(node) ?? []) {
      if (next === start) {
        const way = [node]
        for (let at = cameFrom.get(node); at !== undefined; at = cameFrom.get(at)) way.unshift(at)
        return way
      }
      if (cameFrom.has(next)) continue
      cameFrom.set(next, node)
      queue.push(next)
    }
  }
  return undefined
}

/** The shortest round through every node that stands in one; each round once, from its first node by name. */
function roundsIn(graph: ReadonlyMap<string, ReadonlySet<string>>): string[] {
  const rounds = [...graph.keys()].sort().flatMap((node) => {
    const round = roundFrom(graph, node)
    if (round === undefined) return []
    const first = round.indexOf([...round].sort()[0] ?? '')
    return [[...round.slice(first), ...round.slice(0, first)].join(' -> ')]
  })
  return [...new Set(rounds)]
}

const acyclicFeatures: Rule = (files) => {
  const graph = graphOf(files.filter(inServer), (path) => {
    const zone = zoneOf(path)
    return zone.startsWith('feature ') ? zone.replace('feature ', '') : undefined
  })
  return roundsIn(graph).map(
    (round) => `features need each other: ${round}; let one of them listen to an event`,
  )
}

const acyclicFiles: Rule = (files) => {
  const graph = graphOf(files.filter(inServer), (path) =>
    path.startsWith('server/src/') ? path.replace('server/src/', '') : undefined,
  )
  return roundsIn(graph).map(
    (round) => `files need each other: ${round}; move what both need, types included, into a third`,
  )
}

/** A folder of the engine or of platform, or a file at its root. */
function partOf(path: string): string | undefined {
  return /^server\/src\/((?:engine|platform)\/[^/]+)/.exec(path)?.[1]
}

const acyclicParts: Rule = (files) =>
  roundsIn(graphOf(files.filter(inServer), partOf)).map(
    (round) => `parts need each other: ${round}; pass what the lower one needs as a parameter`,
  )

const mostFiles = 16

const folders: Rule = (files) => {
  const problems: string[] = []
  const sizes = new Map<string, number>()
  for (const { path } of files) {
    const area = areaOf(path)
    if (area === undefined) continue
    const feature = /^server\/src\/features\/[^/]+\/[^/]+(?=\/)/.exec(path)?.[0]
    if (!areas.includes(area)) problems.push(`${path}: ${area} is no area; these are: ${areas.join(', ')}`)
    else if (feature === undefined) problems.push(`${path}: an area holds folders of features only`)
    else if (!isTest(path)) sizes.set(feature, (sizes.get(feature) ?? 0) + 1)
  }
  for (const [feature, size] of sizes) {
    if (size > mostFiles)
      problems.push(`${feature} has ${size} files of ${mostFiles} besides tests: make two features of it`)
  }
  return problems
}

const contextFields = ['db', 'jobs', 'events', 'engine', 'clock', 'ids', 'log', 'config', 'caller']

const context: Rule = (files) => {
  const file = files.find(({ path }) => path === 'server/src/context.ts')
  const found = file?.interfaces.find(({ name }) => name === 'Context')?.members ?? []
  if (found.toSorted().join() === contextFields.toSorted().join()) return []
  const advice = `a context has exactly ${contextFields.join(', ')}; pass what else is needed as a parameter`
  return [`server/src/context.ts has ${found.join(', ')}: ${advice}`]
}

const engineRoot =
  /^server\/src\/engine\/(engine|groups|channels|ids|content|events|states|engine-errors|create-engine)\.ts$/

const engineParts: Rule = (files) =>
  files
    .filter(
      ({ path }) => /^server\/src\/engine\/[^/]+$/.test(path) && !isTest(path) && !engineRoot.test(path),
    )
    .map(
      ({ path }) =>
        `${path}: the engine's root holds what others may import; put it into the folder of its part`,
    )

/** The tower: which way imports go, and how large its rooms are. */
export const towerRules: Readonly<Record<string, Rule>> = {
  'imports go down the tower': importsGoDown,
  'features need each other in one direction': acyclicFeatures,
  'no file needs one that needs it': acyclicFiles,
  'parts of the engine and of platform need each other in one direction': acyclicParts,
  'areas hold features of at most 16 files': folders,
  'a context has nine fields': context,
  'the root of the engine is what others may import': engineParts,
}
