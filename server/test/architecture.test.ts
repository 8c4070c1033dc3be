import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { modelSimulatorViolations } from './architecture-model-simulator.ts'
import { rules } from './architecture-rules.ts'
import { simulatorViolations } from './architecture-simulator.ts'
import { type FileFacts, readFacts, readSourceTree } from './source-facts.ts'

const tree = readSourceTree()
const facts = [...tree].map(([path, text]) => readFacts(path, text))

describe('architecture', () => {
  test('the tree is read', () => assert.ok(facts.length > 50))

  for (const [promise, rule] of Object.entries(rules)) {
    test(promise, () => assert.deepEqual(rule(facts), []))
  }
})

const feature = 'server/src/features/groups/a'
const long = (lines: number) => `${'// line\n'.repeat(lines)}`

/** Expressions of templates are planted as `@{name}`. */
const withExpressions = (text: string) => text.replaceAll('@{', '$' + '{')

/** Each violation is planted into the real tree; the rule must name its file, and what to do. */
const planted: { rule: keyof typeof rules; path: string; text: string; says: RegExp }[] = [
  ...simulatorViolations,
  ...modelSimulatorViolations,
  {
    rule: 'imports follow the table',
    path: 'server/src/platform/x.ts',
    text: "import '../context.ts'",
    says: /platform knows only itself/,
  },
  {
    rule: 'imports follow the table',
    path: 'server/src/engine/x.ts',
    text: "import '../context.ts'",
    says: /the engine knows only/,
  },
  {
    rule: 'imports follow the table',
    path: 'server/src/x.ts',
    text: "import './features/groups/a/a.service.ts'",
    says: /vocabulary knows no feature/,
  },
  {
    rule: 'imports follow the table',
    path: 'server/src/x.ts',
    text: "import './engine/session/session.ts'",
    says: /are public/,
  },
  {
    rule: 'imports follow the table',
    path: `${feature}/a.service.ts`,
    text: "import '../../../engine/library/library.ts'",
    says: /are public/,
  },
  {
    rule: 'imports follow the table',
    path: `${feature}/a.service.ts`,
    text: "import '../b/b.store.ts'",
    says: /ask its service/,
  },
  {
    rule: 'imports follow the table',
    path: `${feature}/a.service.ts`,
    text: "import '../../../transports/http/server.ts'",
    says: /no protocol/,
  },
  {
    rule: 'imports follow the table',
    path: `${feature}/a.service.ts`,
    text: "import '../../../app.ts'",
    says: /composition root/,
  },
  {
    rule: 'imports follow the table',
    path: 'server/src/transports/x.ts',
    text: "import '../features/groups/a/a.service.ts'",
    says: /put the rule into one/,
  },
  {
    rule: 'imports follow the table',
    path: 'server/src/transports/x.ts',
    text: "import '../engine/ids.ts'",
    says: /put the rule into one/,
  },
  {
    rule: 'imports follow the table',
    path: 'server/src/platform/x.ts',
    text: "import '@moltflow/simulator'",
    says: /no simulator/,
  },
  {
    rule: 'imports follow the table',
    path: 'server/src/platform/x.ts',
    text: "import '../../test/harness.ts'",
    says: /no test code/,
  },
  {
    rule: 'imports follow the table',
    path: 'server/src/platform/x.ts',
    text: "import '@moltflow/model-simulator/sound'",
    says: /no model simulator/,
  },
  {
    rule: 'imports follow the table',
    path: 'model-simulator/src/mind/x.ts',
    text: "import '../../../server/src/scopes.ts'",
    says: /nothing of the program around it/,
  },
  {
    rule: 'imports follow the table',
    path: 'model-simulator/src/mind/x.ts',
    text: "import '@moltflow/simulator'",
    says: /nothing of the program around it/,
  },
  {
    rule: 'imports follow the table',
    path: 'simulator/src/x.ts',
    text: "import '@moltflow/model-simulator'",
    says: /nothing of the server/,
  },
  {
    rule: 'imports follow the table',
    path: 'simulator/src/x.ts',
    text: "import '../../server/src/scopes.ts'",
    says: /nothing of the server/,
  },
  {
    rule: 'packages stay behind their fences',
    path: `${feature}/a.operations.ts`,
    text: "import type { FastifyRequest } from 'fastify'",
    says: /belongs to transports/,
  },
  {
    rule: 'packages stay behind their fences',
    path: `${feature}/a.service.ts`,
    text: "import { proto } from 'baileys'",
    says: /belongs to engine/,
  },
  {
    rule: 'packages stay behind their fences',
    path: `${feature}/a.store.ts`,
    text: "import pg from 'pg'",
    says: /use ctx.db/,
  },
  {
    rule: 'packages stay behind their fences',
    path: `${feature}/a.service.ts`,
    text: "import { eq } from 'drizzle-orm'",
    says: /belong to \*\.store\.ts/,
  },
  {
    rule: 'packages stay behind their fences',
    path: 'server/src/engine/x.ts',
    text: "import PgBoss from 'pg-boss'",
    says: /use ctx.jobs/,
  },
  {
    rule: 'a feature is built from schema to manifest',
    path: `${feature}/a.schema.ts`,
    text: "import './a.service.ts'",
    says: /against the order/,
  },
  {
    rule: 'a feature is built from schema to manifest',
    path: `${feature}/a.store.ts`,
    text: "import './a.service.ts'",
    says: /against the order/,
  },
  {
    rule: 'a feature is built from schema to manifest',
    path: `${feature}/a.service.ts`,
    text: "import './a.operations.ts'",
    says: /against the order/,
  },
  {
    rule: 'a feature is built from schema to manifest',
    path: `${feature}/a.jobs.ts`,
    text: "import './a.feature.ts'",
    says: /against the order/,
  },
  {
    rule: 'files and functions are small',
    path: 'server/src/platform/x.ts',
    text: long(401),
    says: /401 lines of 400/,
  },
  {
    rule: 'files and functions are small',
    path: 'server/src/platform/x.test.ts',
    text: long(601),
    says: /601 lines of 600/,
  },
  {
    rule: 'files and functions are small',
    path: 'simulator/src/x.ts',
    text: `const run = () => {\n${long(80)}}`,
    says: /run has 82 lines of 80/,
  },
  {
    rule: 'time, chance and environment are parameters',
    path: `${feature}/a.ts`,
    text: 'const at = Date.now()',
    says: /Date\.now: take it from ctx/,
  },
  {
    rule: 'time, chance and environment are parameters',
    path: 'server/src/engine/x.ts',
    text: 'const at = new Date()',
    says: /new Date\(\)/,
  },
  {
    rule: 'time, chance and environment are parameters',
    path: 'server/src/x.ts',
    text: 'const n = Math.random()',
    says: /Math\.random/,
  },
  {
    rule: 'time, chance and environment are parameters',
    path: 'server/src/x.ts',
    text: 'const id = randomUUID()',
    says: /randomUUID/,
  },
  {
    rule: 'time, chance and environment are parameters',
    path: 'server/src/platform/x.ts',
    text: 'const home = process.env.HOME',
    says: /process\.env/,
  },
  {
    rule: 'names and exports have the usual form',
    path: 'server/src/x.ts',
    text: 'export default 1',
    says: /default export/,
  },
  {
    rule: 'names and exports have the usual form',
    path: 'server/src/x.ts',
    text: 'export default function f() {}',
    says: /default export/,
  },
  {
    rule: 'names and exports have the usual form',
    path: 'server/src/x.ts',
    text: "export * from './scopes.ts'",
    says: /only passes on/,
  },
  {
    rule: 'names and exports have the usual form',
    path: 'server/src/x.ts',
    text: "export { isScope } from './scopes.ts'",
    says: /only passes on/,
  },
  {
    rule: 'names and exports have the usual form',
    path: 'server/src/x.ts',
    text: "const x = await import('./scopes.ts')",
    says: /imports dynamically/,
  },
  {
    rule: 'names and exports have the usual form',
    path: `${feature}/date-utils.ts`,
    text: '',
    says: /one thing it exports/,
  },
  {
    rule: 'names and exports have the usual form',
    path: 'server/src/engine/session-manager.ts',
    text: '',
    says: /one thing it exports/,
  },
  {
    rule: 'names and exports have the usual form',
    path: 'server/src/engine/MySession.ts',
    text: '',
    says: /kebab-case/,
  },
  ...[
    'const x = new WeakMap<object, number>()',
    'const x: string[] = []',
    'let x = 0',
    'export const x = new Map()',
  ].map((text) => ({
    rule: 'what a process remembers belongs to an application',
    path: `${feature}/a/a.service.ts`,
    text,
    says: /x lives as long as the process: make it with defineProcessState/,
  })),
  {
    rule: 'deliveries are made in one place, from declared events',
    path: 'server/src/features/leads/a/a.service.ts',
    text: "import { deliverJob } from '../../webhooks/webhooks/webhooks.schema.ts'",
    says: /declare and publish an event/,
  },
  {
    rule: 'deliveries are made in one place, from declared events',
    path: 'server/src/features/webhooks/webhooks/a.ts',
    text: "import { leadDetected } from '../../leads/detection/leads.schema.ts'",
    says: /webhooks know no other area/,
  },
  {
    rule: 'exports of platform, engine and vocabulary are documented',
    path: 'server/src/platform/x.ts',
    text: 'export const x = 1',
    says: /x has no doc comment/,
  },
  {
    rule: 'exports of platform, engine and vocabulary are documented',
    path: 'server/src/x.ts',
    text: '// No doc.\nexport interface X {}',
    says: /X has no doc comment/,
  },
  {
    rule: 'imports go down the tower',
    path: 'server/src/features/sessions/a/a.service.ts',
    text: "import type { Lead } from '../../leads/b/b.schema.ts'",
    says: /sessions stands below leads: publish an event that leads handles/,
  },
  {
    rule: 'imports go down the tower',
    path: 'server/src/features/account/a/a.tables.ts',
    text: "import { sessions } from '../../sessions/lifecycle/sessions.tables.ts'",
    says: /account stands below sessions/,
  },
  {
    rule: 'areas hold features of at most 16 files',
    path: 'server/src/features/billing/a/a.ts',
    text: '',
    says: /billing is no area/,
  },
  {
    rule: 'areas hold features of at most 16 files',
    path: 'server/src/features/leads/a.ts',
    text: '',
    says: /holds folders of features only/,
  },
  {
    rule: 'a context has nine fields',
    path: 'server/src/context.ts',
    text: 'export interface Context { db: Database; cache: Cache }',
    says: /has db, cache: a context has exactly db, jobs, events/,
  },
  {
    rule: 'the root of the engine is what others may import',
    path: 'server/src/engine/sender.ts',
    text: '',
    says: /put it into the folder of its part/,
  },
  {
    rule: 'a table is declared once',
    path: 'server/src/features/leads/a/a.tables.ts',
    text: "export const again = pgTable('contacts', {})",
    says: /declares contacts, as .*contacts.tables.ts.* does: a table belongs to one area/,
  },
  ...[
    "import { chats } from '../../conversations/chats/chats.tables.ts'\nawait sql.insert(chats).values(row)",
    "import { chats as c } from '../../conversations/chats/chats.tables.ts'\nsql.update(c).set({})",
    "import { chats } from '../../conversations/chats/chats.tables.ts'\nconst gone = tx.delete(chats)",
    'await sql.execute(text`INSERT INTO chats (id) VALUES (@{id})`)',
    'await sql.execute(text`UPDATE chats AS h SET name = @{name} FROM leads l`)',
    'await sql.execute(text`WITH gone AS (\n  DELETE FROM chats WHERE id = @{id} RETURNING id\n) SELECT 1`)',
    "import { chats } from '../../conversations/chats/chats.tables.ts'\ntext`UPDATE @{chats} SET name = @{name}`",
    "pool.query('delete from chats')",
  ].map((text) => ({
    rule: 'a table is written by its own area',
    path: `${feature}/a.store.ts`,
    text: withExpressions(text),
    says: /writes chats of conversations: ask a service of conversations/,
  })),
  {
    rule: 'a table is written by its own area',
    path: `${feature}/a.store.ts`,
    text: withExpressions('text`DELETE FROM @{text.raw(table)}`'),
    says: /does not name: name it/,
  },
  {
    rule: 'a table is written by its own area',
    path: `${feature}/a.store.ts`,
    text: withExpressions('text`SELECT id FROM settle_sent_messages(@{rows}::json) AS id`'),
    says: /calls settle_sent_messages, which writes outbox, usage_daily, messages, chats/,
  },
  {
    rule: 'tables of lower areas alone are read',
    path: 'server/src/features/sessions/a/a.store.ts',
    text: 'text`SELECT 1 FROM sessions s, chats c`',
    says: /reads chats: sessions stands below conversations: let conversations ask/,
  },
  {
    rule: 'who reads tables of other areas says so',
    path: `${feature}/a.store.ts`,
    text: 'text`SELECT 1 FROM wa_groups g LEFT JOIN LATERAL (SELECT 1 FROM contacts) c ON true JOIN sessions s ON true`',
    says: /begin it with the line ".. Reads tables of other areas: conversations \(contacts\), sessions \(sessions\)\."/,
  },
  {
    rule: 'who reads tables of other areas says so',
    path: `${feature}/a.store.ts`,
    text: '// Reads tables of other areas: sessions (sessions).',
    says: /take its first line away/,
  },
]

function withPlanted(...files: (readonly [string, string])[]): FileFacts[] {
  const paths = new Set(files.map(([path]) => path))
  return [
    ...facts.filter(({ path }) => !paths.has(path)),
    ...files.map(([path, text]) => readFacts(path, text)),
  ]
}

describe('each rule bites', () => {
  for (const { rule, path, text, says } of planted) {
    test(`${rule}: ${path} with ${text.split('\n')[0]?.slice(0, 60)}`, () => {
      const found = rules[rule]?.(withPlanted([path, text])) ?? []
      const problem = found.find((sentence) => sentence.startsWith(path))
      assert.match(problem ?? 'nothing was found', says)
    })
  }

  test('features need each other in one direction: two that import each other', () => {
    const files = withPlanted(
      [`server/src/features/groups/zig/zig.service.ts`, "import '../zag/zag.service.ts'"],
      [`server/src/features/groups/zag/zag.service.ts`, "import '../zug/zug.schema.ts'"],
      [`server/src/features/groups/zug/zug.service.ts`, "import '../zig/zig.service.ts'"],
    )
    const found = rules['features need each other in one direction']?.(files) ?? []
    assert.match(found.join('\n'), /zag -> groups.zug -> groups.zig; let one of them listen to an event/)
  })

  test('no file needs one that needs it: three files, by types alone', () => {
    const files = withPlanted(
      ['server/src/platform/zig.ts', "import type { Zag } from './zag.ts'"],
      ['server/src/platform/zag.ts', "import { type Zug } from './zug.ts'"],
      ['server/src/platform/zug.ts', "import type { Zig } from './zig.ts'"],
    )
    const found = rules['no file needs one that needs it']?.(files) ?? []
    assert.match(
      found.join('\n'),
      /platform.zag.ts -> platform.zug.ts -> platform.zig.ts; move what both need/,
    )
  })

  test('parts of the engine and of platform need each other in one direction: two folders', () => {
    const files = withPlanted(
      ['server/src/engine/zig/one.ts', "import '../zag/one.ts'"],
      ['server/src/engine/zag/two.ts', "import '../zig/two.ts'"],
    )
    const found = rules['parts of the engine and of platform need each other in one direction']?.(files) ?? []
    assert.match(found.join('\n'), /engine.zag -> engine.zig; pass what the lower one needs/)
  })

  test('areas hold features of at most 16 files: a seventeenth, tests not counted', () => {
    const names = Array.from({ length: 17 }, (_, index) => `server/src/features/groups/zig/file-${index}.ts`)
    const tests = names.map((path) => path.replace('.ts', '.test.ts'))
    const plant = (paths: readonly string[]) =>
      rules['areas hold features of at most 16 files']?.(
        withPlanted(...paths.map((path) => [path, ''] as const)),
      ) ?? []
    assert.match(plant(names).join('\n'), /groups.zig has 17 files of 16 besides tests/)
    assert.deepEqual(plant([...names.slice(1), ...tests]), [])
  })

  test('permissions for what lives in a module are in use: one whose file has changed', () => {
    const found = rules['permissions for what lives in a module are in use']?.(
      withPlanted(['server/src/platform/secrets.ts', '']),
    )
    assert.match(found?.join('\n') ?? '', /allows platform\/secrets.ts rings, which is not there/)
  })

  test('what is allowed is not reported', () => {
    const files: [string, string][] = [
      [
        `server/src/features/groups/zig/zig.store.ts`,
        "import { eq } from 'drizzle-orm'\nimport './zig.tables.ts'",
      ],
      [
        `server/src/features/groups/zig/zig.service.ts`,
        "import './zig.store.ts'\nimport '../../../engine/ids.ts'\nimport '../../../context.ts'",
      ],
      [
        'server/src/transports/zig.ts',
        "import 'fastify'\nimport '../operation.ts'\nimport '../platform/errors.ts'",
      ],
      [
        'server/src/platform/zig.ts',
        "const names = new Set(['a'])\nconst known = new Map([['a', names]])\n/** Now. */\nexport const now = () => Date.now()\nexport const bad = defineError('b', 400, 'B')",
      ],
    ]
    for (const [name, rule] of Object.entries(rules)) {
      const found = rule(withPlanted(...files)).filter((sentence) => sentence.includes('zig'))
      assert.deepEqual(found, [], name)
    }
  })
})
