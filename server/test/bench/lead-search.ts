import { readFile } from 'node:fs/promises'
import { PGlite } from '@electric-sql/pglite'
import { pg_trgm } from '@electric-sql/pglite/contrib/pg_trgm'
import { unaccent } from '@electric-sql/pglite/contrib/unaccent'
import pg from 'pg'
import { searchQuery } from '../../src/features/leads/list/search-query.ts'
import { migrationsDirectory } from '../../src/platform/database/migrate.ts'
import { type Bench, urlOf } from './bench.types.ts'
import { percentile } from './bench-world.ts'

const leadCount = 50_000
const tenant = '01990000-0000-7000-8000-000000000001'
const firstNames =
  'משה שרה דוד רחל Jürgen Björn Käthe Straße Groß Müller 王小明 李娜 张伟 陈美丽 José Zoë İbrahim สมชาย محمد Łukasz Søren Ольга'
const lastNames =
  'כהן לוי מזרחי Schröder Weiß Fußball Öztürk 先生 公寓出租 北京 上海市 Silva Nuñez Ōkubo Δημήτρης علي Čapek Ångström Пётр'
const keywords = [
  'דירה להשכרה',
  'Wohnung gesucht',
  '租房',
  '公寓',
  'apartment',
  'plumber',
  'שרברב',
  '水管工',
  'kiralık ev',
  'ห้องเช่า',
]
/** What people type: beginnings of words, parts of Chinese and Thai ones, numbers; with and without the accents. */
const typed =
  'משה|דיר|כה|Jurgen|jürg|Strasse|straße|groß|gross|schroder|王|小明|出租|公|水管|上海|Nunez|oku|ibrahim|İbrahim|สมชาย|เช่า|محم|lukasz|søren|soren|Пет|пётр|Capek|angstrom|4917|49170007|997|apart|wohnung 12'.split(
    '|',
  )

type Ask = (sql: string, values?: unknown[]) => Promise<{ rows: Record<string, unknown>[] }>

const document =
  "public.folded(coalesce(contact_name, '') || ' ' || coalesce(contact_phone, '') || ' ' || keywords)"
const own = 'lead_words(tenant_id, contact_name, contact_phone, keywords)'
const mixed = own.replace('lead_words', 'mixed_words')

/** Three ways to index the same leads: own words, own words folded by `unaccent`, and trigrams. */
const ways = {
  own: { index: own, condition: `${own} @@ $2::tsquery` },
  unaccented: { index: mixed, condition: `${mixed} @@ public.folded($2)::tsquery` },
  // One condition per word: `LIKE ALL` would leave the index aside.
  trigrams: { index: `${document} gin_trgm_ops`, condition: `${document} LIKE $2 AND ${document} LIKE $3` },
} as const
type Way = keyof typeof ways

async function prepare(ask: Ask): Promise<void> {
  const migration = await readFile(`${migrationsDirectory}/0013_leads.sql`, 'utf8')
  const words = migration.slice(
    migration.indexOf('CREATE FUNCTION lead_words'),
    migration.indexOf('CREATE TABLE leads'),
  )
  const [from, to] = [words.indexOf('translate('), words.indexOf("'[\\u0001")]
  const unaccentedWords = `${words.slice(0, from)}${document},\n${words.slice(to)}`
  for (const sql of [
    'CREATE EXTENSION unaccent',
    'CREATE EXTENSION pg_trgm',
    `CREATE FUNCTION folded(t text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
      SELECT public.unaccent('public.unaccent'::regdictionary, lower(t)) $$`,
    words,
    unaccentedWords.replace('lead_words', 'mixed_words'),
  ])
    await ask(sql)
  const [first, last] = [firstNames.split(' '), lastNames.split(' ')]
  for (const way of Object.keys(ways)) {
    await ask(`CREATE TABLE ${way} (tenant_id uuid, contact_name text, contact_phone text, keywords text)`)
    await ask(
      `INSERT INTO ${way} SELECT $1, $2::text[][1 + n % $3] || ' ' || $4::text[][1 + n * 11 % $5] || ' ' || n % 997,
         (4917000000000 + n::bigint * 7919 % 99999989)::text, $6::text[][1 + n % $7]
       FROM generate_series(1, $8::int) AS n`.replaceAll(/\$(\d)::text\[\]\[/g, '($$$1::text[])['),
      [tenant, first, first.length, last, last.length, keywords, keywords.length, leadCount],
    )
  }
}

/** Builds the indexes and asks everything several times, taking turns. */
async function measure(ask: Ask) {
  await prepare(ask)
  const buildMs = {} as Record<Way, number>
  const megabytes = {} as Record<Way, number>
  const names = Object.keys(ways) as Way[]
  for (const way of names) {
    const startedMs = performance.now()
    const { index } = ways[way]
    await ask(`CREATE INDEX ${way}_found ON ${way} USING gin (${index}) WITH (fastupdate = off)`)
    buildMs[way] = performance.now() - startedMs
    await ask(`VACUUM (ANALYZE) ${way}`)
    const { rows } = await ask(`SELECT pg_relation_size('${way}_found')::float / 1e6 AS size`)
    megabytes[way] = Number(rows[0]?.size)
  }
  const asked = await Promise.all(typed.map(async (text) => ({ text, found: {} as Record<Way, number> })))
  const ms: Record<Way, number[]> = { own: [], unaccented: [], trigrams: [] }
  for (let round = -1; round < 5; round += 1)
    for (const { text, found } of asked)
      for (const way of names) {
        const [first = '', second = first] = text.split(' ')
        const { rows: words } = await ask('SELECT folded($1) AS a, folded($2) AS b', [
          `%${first}%`,
          `%${second}%`,
        ])
        const startedMs = performance.now()
        const { rows } = await ask(
          `SELECT count(*)::int AS n FROM ${way} WHERE tenant_id = $1 AND ${ways[way].condition}`,
          [tenant, ...(way === 'trigrams' ? [words[0]?.a, words[0]?.b] : [searchQuery(tenant, text)])],
        )
        found[way] = Number(rows[0]?.n)
        if (round >= 0) ms[way].push(performance.now() - startedMs)
      }
  return { buildMs, megabytes, ms, asked }
}

async function measureOn(databaseUrl: string | undefined) {
  if (databaseUrl === undefined) {
    const options = ['--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8']
    await using database = await PGlite.create({
      extensions: { unaccent, pg_trgm },
      initDbStartParams: options,
    })
    return await measure((sql, values) => database.query<Record<string, unknown>>(sql, values))
  }
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  try {
    return await measure((sql, values) => client.query<Record<string, unknown>>(sql, values))
  } finally {
    await client.end()
  }
}

/** (r) The words that leads are found by, beside the extensions `unaccent` and `pg_trgm`. */
export const leadSearchBench: Bench = {
  name: 'search',
  isLong: true,
  async run(options) {
    const raw = await measureOn(urlOf(options).databaseUrl)
    const figure = (Object.keys(ways) as Way[]).map((way) => {
      const [p50, worst] = [percentile(raw.ms[way], 0.5), percentile(raw.ms[way], 0.95)]
      const missed = raw.asked.filter(({ found }) => found[way] === 0).map(({ text }) => text)
      return `${way} ${p50.toFixed(1)} and ${worst.toFixed(1)} ms, ${raw.megabytes[way].toFixed(1)} MB, built in ${(raw.buildMs[way] / 1000).toFixed(1)} s, nothing for: ${missed.join(', ') || '-'}`
    })
    const [ours, trigrams] = [percentile(raw.ms.own, 0.5), percentile(raw.ms.trigrams, 0.5)]
    const what = '(r) searches over 50,000 leads, p50 and p95'
    return {
      raw,
      rows: [{ what, figure: figure.join('; '), goal: 'quicker than trigrams', isMet: ours < trigrams }],
    }
  },
}
