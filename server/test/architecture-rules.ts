import { deliveriesInOnePlace } from './architecture-events.ts'
import { modelSimulatorRules } from './architecture-model-simulator.ts'
import { simulatorRules } from './architecture-simulator.ts'
import { noModuleState, unusedStatePermissions } from './architecture-state.ts'
import { tableRules } from './architecture-tables.ts'
import { towerRules } from './architecture-tower.ts'
import { inServer, isProduct, isTest, type Rule, zoneOf } from './architecture-zones.ts'
import type { FileFacts, ImportFact } from './source-facts.ts'

const publicEngine =
  /^server\/src\/engine\/(engine|groups|channels|ids|content|events|states|engine-errors)\.ts$/
const publicFeature = /\.(service|schema|tables)\.ts$/

/** Why an import is against the table; undefined when it is fine. */
function refuseImport(from: string, to: string): string | undefined {
  const [zone, target] = [zoneOf(from), zoneOf(to)]
  if (target === 'package' || zone === target || zone === 'composition') return undefined
  if (zone === 'simulator') return 'the simulator imports nothing of the server'
  if (zone === 'model-simulator') return 'the model simulator imports nothing of the program around it'
  if (target === 'model-simulator') return 'the server imports no model simulator: it asks models over HTTP'
  if (target === 'simulator') return 'the server imports no simulator: talk to it over its socket, in tests'
  if (target === 'tests') return 'the product imports no test code'
  if (target === 'composition') return 'nothing imports the composition root: take it from the context'
  return refuseByRow(zone, target, to)
}

function refuseByRow(zone: string, target: string, to: string): string | undefined {
  if (zone === 'platform') return 'platform knows only itself: pass what it needs as a parameter'
  if (target === 'platform') return undefined
  if (zone === 'engine') return 'the engine knows only itself and platform: tell an event'
  if (zone === 'transports') {
    return target === 'vocabulary' ? undefined : 'transports are given operations: put the rule into one'
  }
  if (target === 'engine') {
    return publicEngine.test(to)
      ? undefined
      : 'only engine, groups, channels, ids, content, events, states and engine-errors of the engine are public'
  }
  if (zone === 'vocabulary') return 'the vocabulary knows no feature and no transport'
  if (target === 'vocabulary') return undefined
  if (target === 'transports') return 'a feature knows no protocol: return a value, throw an error'
  return publicFeature.test(to)
    ? undefined
    : 'of another feature only its service, schema or tables: ask its service'
}

const importTable: Rule = (files) =>
  files.filter(isProduct).flatMap((file) =>
    file.imports.flatMap(({ target, line }) => {
      const reason = refuseImport(file.path, target)
      return reason === undefined ? [] : [`${file.path}:${line} imports ${target}: ${reason}`]
    }),
  )

interface Fence {
  packages: RegExp
  allowed: RegExp
  advice: string
  /** Types are erased, so they tie nobody to the package at run time. */
  areTypesFree?: boolean
}

const fences: readonly Fence[] = [
  {
    packages: /^(fastify|@fastify\/.*|fastify-.*|@scalar\/.*)$/,
    allowed: /\/transports\//,
    advice: 'HTTP belongs to transports/',
  },
  {
    packages: /^(baileys|libsignal|whatsapp-rust-bridge)$/,
    allowed: /\/engine\//,
    advice: 'WhatsApp belongs to engine/',
  },
  {
    packages: /^(pg|@electric-sql\/.*)$/,
    allowed: /\/platform\/(database|migrate|jobs|events|rate)/,
    advice: 'use ctx.db',
    areTypesFree: true,
  },
  { packages: /^pg-boss$/, allowed: /\/platform\//, advice: 'use ctx.jobs' },
  {
    packages: /^drizzle-orm$/,
    allowed: /(\.store\.ts|\.tables\.ts|\/engine\/keys\/[\w-]*store[\w-]*\.ts|\/platform\/.*)$/,
    advice: 'queries belong to *.store.ts',
    areTypesFree: true,
  },
]

const packageFences: Rule = (files) =>
  files
    .filter(inServer)
    .flatMap((file) =>
      file.imports.flatMap((found) =>
        fences
          .filter((fence) => isOutside(fence, file.path, found))
          .map(({ advice }) => `${file.path}:${found.line} imports ${found.target}: ${advice}`),
      ),
    )

function isOutside(
  { packages, allowed, areTypesFree }: Fence,
  path: string,
  { target, isTypeOnly }: ImportFact,
): boolean {
  if (areTypesFree === true && isTypeOnly) return false
  return packages.test(target) && !allowed.test(path)
}

const ranks: Record<string, number> = {
  schema: 0,
  tables: 0,
  store: 1,
  service: 2,
  operations: 3,
  jobs: 3,
  events: 3,
  feature: 4,
}

const rankOf = (path: string) => ranks[/\.(\w+)\.ts$/.exec(path)?.[1] ?? '']

const innerOrder: Rule = (files) =>
  files.filter(inServer).flatMap((file) => {
    const own = rankOf(file.path)
    if (own === undefined || !zoneOf(file.path).startsWith('feature')) return []
    return file.imports.flatMap(({ target, line }) => {
      const other = zoneOf(target) === zoneOf(file.path) ? rankOf(target) : undefined
      if (other === undefined || other <= own) return []
      const order = 'schema, tables <- store <- service <- operations, jobs, events <- feature'
      return [`${file.path}:${line} imports ${target} against the order ${order}: move what it needs down`]
    })
  })

const budgets: Rule = (files) =>
  files.flatMap((file) => {
    const limit = isTest(file.path) ? 600 : 400
    const problems =
      file.lines > limit ? [`${file.path} has ${file.lines} lines of ${limit}: split it by what it does`] : []
    if (isTest(file.path)) return problems
    const long = file.functions.filter(({ lines }) => lines > 80)
    return [
      ...problems,
      ...long.map(
        ({ name, line, lines }) => `${file.path}:${line} ${name} has ${lines} lines of 80: split it`,
      ),
    ]
  })

const forbiddenGlobals: Rule = (files) =>
  files.filter(inServer).flatMap((file) => {
    const allowed = (name: string) =>
      name === 'process.env' ? file.path === 'server/src/config.ts' : zoneOf(file.path) === 'platform'
    return file.globals
      .filter(({ name }) => !allowed(name))
      .map(
        ({ name, line }) =>
          `${file.path}:${line} uses ${name}: take it from ctx.clock, ctx.ids or ctx.config`,
      )
  })

/** The public surface of a package has to be one file; a fence may hand a package on. */
const entryPoints = ['simulator/src/index.ts']

function isBarrel({ path, reExports, ownExports }: FileFacts): boolean {
  const own = reExports.filter(({ name }) => name.endsWith('.ts'))
  if (entryPoints.includes(path)) return false
  return own.some(({ isStar }) => isStar) || (own.length > 0 && ownExports === 0)
}

const forms: Rule = (files) =>
  files.flatMap((file) => {
    const problems: string[] = []
    const name = file.path.split('/').at(-1) ?? ''
    if (file.hasDefaultExport) problems.push(`${file.path} has a default export: give it a name`)
    if (isBarrel(file)) problems.push(`${file.path} only passes on: let users import from where it is`)
    for (const { line } of file.dynamicImports) {
      if (isProduct(file))
        problems.push(`${file.path}:${line} imports dynamically: this check reads static imports`)
    }
    if (/(^|[-.])(utils?|helpers?|commons?|managers?)([-.]|$)/.test(name)) {
      problems.push(`${file.path}: name it after the one thing it exports`)
    }
    if (!/^[a-z0-9]+([-.][a-z0-9]+)*\.ts$/.test(name))
      problems.push(`${file.path}: file names are kebab-case`)
    return problems
  })

const documentedExports: Rule = (files) =>
  files
    .filter((file) => inServer(file) && ['platform', 'engine', 'vocabulary'].includes(zoneOf(file.path)))
    .flatMap((file) =>
      file.undocumentedExports.map(
        ({ name, line }) => `${file.path}:${line} ${name} has no doc comment: say units, errors, source`,
      ),
    )

/** Every rule under the promise it keeps. */
export const rules: Readonly<Record<string, Rule>> = {
  'imports follow the table': importTable,
  'packages stay behind their fences': packageFences,
  'a feature is built from schema to manifest': innerOrder,
  ...towerRules,
  ...tableRules,
  'files and functions are small': budgets,
  'time, chance and environment are parameters': forbiddenGlobals,
  'names and exports have the usual form': forms,
  'deliveries are made in one place, from declared events': deliveriesInOnePlace,
  'what a process remembers belongs to an application': noModuleState,
  'permissions for what lives in a module are in use': unusedStatePermissions,
  'exports of platform, engine and vocabulary are documented': documentedExports,
  ...simulatorRules,
  ...modelSimulatorRules,
}
