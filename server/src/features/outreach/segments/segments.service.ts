import type { SQL } from 'drizzle-orm'
import type { Context } from '../../../context.ts'
import type { Sql } from '../../../platform/database/database.ts'
import { unknownThing } from '../../../platform/errors.ts'
import { getSettings } from '../../account/settings/settings.service.ts'
import { type FilteredGroup, findGroups } from '../../groups/custom-groups/custom-group-filters.service.ts'
import { type NamedGroup, peopleOfFilter } from './conditions.store.ts'
import { referencesOf } from './filter-references.ts'
import { readLanguages } from './languages.service.ts'
import { type SegmentFilter, segmentBroken, toFilter } from './segments.schema.ts'
import {
  countPeople,
  listKnown,
  listNumbers,
  listPeopleByNumber,
  membersOf,
  type PersonRow,
  queryAfter,
  tableNamed,
} from './segments.store.ts'

/** For whom people are looked up: the session that will write to them, and the moment that counts as now. */
export interface Reading {
  sessionId?: string
  now: Date
}

/** A list, or a segment with its filter, as far as people are looked up by it. */
export interface GroupSource {
  id: string
  name: string
  filter: SegmentFilter | null
  variableNames: string[]
}

const toSource = ({ id, name, filter, variableNames }: FilteredGroup): GroupSource => ({
  id,
  name,
  filter: toFilter(filter),
  variableNames,
})

/** Everything that filters lead to, by id, from some groups on. */
async function loadSources(
  sql: Sql,
  tenantId: string,
  ids: readonly string[],
): Promise<Map<string, GroupSource>> {
  const loaded = new Map<string, GroupSource>()
  for (let wanted = [...new Set(ids)]; wanted.length > 0; ) {
    const found = (await findGroups(sql, tenantId, wanted)).map(toSource)
    for (const source of found) loaded.set(source.id, source)
    const named = found.flatMap(({ filter }) =>
      filter === null ? [] : [...referencesOf(filter).groups.keys()],
    )
    wanted = [...new Set(named)].filter((id) => !loaded.has(id))
  }
  return loaded
}

/** Refuses a segment that names a label or session that is gone: without it, it would be other people. */
async function requireWhole(
  sql: Sql,
  tenantId: string,
  sources: ReadonlyMap<string, GroupSource>,
): Promise<void> {
  const filters = [...sources.values()].flatMap(({ name, filter }) =>
    filter === null ? [] : [{ name, references: referencesOf(filter) }],
  )
  const labels = filters.flatMap(({ references }) => [...references.labels.keys()])
  const sessions = filters.flatMap(({ references }) => [...references.sessions.keys()])
  if (labels.length === 0 && sessions.length === 0) return
  const known = await listKnown(sql, tenantId, { labels, sessions, sources: [] })
  for (const { name, references } of filters) {
    const gone = [...references.labels, ...references.sessions].find(([id]) => !known.has(id))
    if (gone === undefined) continue
    const message = `The segment "${name}" names a label or session that is gone (${gone[1]}): change its filter`
    throw segmentBroken.create({ message })
  }
}

/** The query of a filter, with those of the segments that it leads to before it. */
function queryOf(
  filter: SegmentFilter,
  sources: ReadonlyMap<string, GroupSource>,
  outer: { tenantId: string; now: Date; timeZone: string },
): SQL {
  const groups = new Map<string, NamedGroup>()
  const named: { name: string; query: SQL }[] = []
  const write = (part: SegmentFilter): SQL => {
    for (const id of referencesOf(part).groups.keys()) {
      const source = sources.get(id)
      if (source === undefined) throw segmentBroken.create()
      if (groups.has(id)) continue
      if (source.filter === null) groups.set(id, { people: membersOf(outer.tenantId, id), isList: true })
      else {
        const query = write(source.filter)
        const name = `segment_${named.length}`
        named.push({ name, query })
        groups.set(id, { people: tableNamed(name), isList: false })
      }
    }
    return peopleOfFilter(part, { ...outer, groups })
  }
  const query = write(filter)
  return queryAfter(named, query)
}

/** Whether any of the filters asks for a language. */
const asksForLanguage = (filters: readonly (SegmentFilter | null)[]) =>
  filters.some((filter) => filter !== null && referencesOf(filter).languages.size > 0)

/** The people of a filter as a subquery in parentheses, and whether languages count. */
export async function compileFilter(
  ctx: Context,
  tenantId: string,
  { name, filter }: { name: string; filter: SegmentFilter },
  now: Date,
): Promise<{ people: SQL; needsLanguages: boolean }> {
  const { sql } = ctx.db
  const named = await loadSources(sql, tenantId, [...referencesOf(filter).groups.keys()])
  const sources = new Map(named).set('', { id: '', name, filter, variableNames: [] })
  await requireWhole(sql, tenantId, sources)
  const { timeZone } = await getSettings(ctx, tenantId)
  const people = queryOf(filter, sources, { tenantId, now, timeZone })
  return { people, needsLanguages: asksForLanguage([...sources.values()].map((source) => source.filter)) }
}

/** A list or segment of a tenant, or 404. */
export async function getSource(
  ctx: Context,
  tenantId: string,
  groupId: string,
  sql: Sql = ctx.db.sql,
): Promise<GroupSource> {
  const [group] = await findGroups(sql, tenantId, [groupId])
  if (group === undefined) throw unknownThing('Custom group (list of contacts)')
  return toSource(group)
}

/**
 * The people of a custom group, list or segment, as a subquery in parentheses with the columns `phone` (digits, each
 * once), `name` (or null) and `variables` (jsonb): `INSERT ... SELECT ... FROM ${people} p`. 404 for a group that is not
 * the tenant's, 400 for a segment that names something that is gone. What it needs to know it looks up, and finds out,
 * now: call it before the transaction that uses it.
 */
export async function peopleOf(
  ctx: Context,
  tenantId: string,
  groupId: string,
  { now }: Reading,
): Promise<SQL> {
  const { name, filter } = await getSource(ctx, tenantId, groupId)
  if (filter === null) return membersOf(tenantId, groupId)
  const { people, needsLanguages } = await compileFilter(ctx, tenantId, { name, filter }, now)
  if (needsLanguages) await readLanguages(ctx, tenantId)
  return people
}

/** How many people a group has. */
export async function countPeopleOf(
  ctx: Context,
  tenantId: string,
  groupId: string,
  now: Date,
): Promise<number> {
  return countPeople(ctx.db.sql, await peopleOf(ctx, tenantId, groupId, { now }))
}

/** Some numbers at a time of many with spaces between them. */
function* numbersOf(text: string, step: number): Generator<string[]> {
  let batch: string[] = []
  for (let start = 0; start < text.length; ) {
    const space = text.indexOf(' ', start)
    const end = space < 0 ? text.length : space
    batch.push(text.slice(start, end))
    start = end + 1
    if (batch.length < step && start < text.length) continue
    yield batch
    batch = []
  }
}

/**
 * Walks over the people of a group by number, in steps, so that few are in memory at once. Who they are is found out at
 * the begin: the whole filter once for each step would take the longer the more people there are.
 */
export async function* walkPeople(
  ctx: Context,
  tenantId: string,
  groupId: string,
  { now, step }: { now: Date; step: number },
): AsyncGenerator<PersonRow[]> {
  const people = await peopleOf(ctx, tenantId, groupId, { now })
  const numbers = await listNumbers(ctx.db.sql, people)
  for (const batch of numbersOf(numbers, step)) yield await listPeopleByNumber(ctx.db.sql, people, batch)
}

/**
 * Names of the values that people of a group may have, for placeholders: those of the lists that it takes them from.
 * Inside a transaction give its `sql`.
 */
export async function variableNamesOf(
  ctx: Context,
  tenantId: string,
  groupId: string,
  sql: Sql = ctx.db.sql,
): Promise<string[]> {
  const root = await getSource(ctx, tenantId, groupId, sql)
  if (root.filter === null) return root.variableNames
  const sources = await loadSources(sql, tenantId, [groupId])
  return [...new Set([...sources.values()].flatMap(({ variableNames }) => variableNames))]
}
