import type { Context } from '../../../context.ts'
import type { Sql } from '../../../platform/database/database.ts'
import { detectorCode, loadLanguageDetector } from '../../../platform/text-language.ts'
import { lockTenant } from '../../account/tenants/tenants.service.ts'
import { holdGroups, replaceFilter } from '../../groups/custom-groups/custom-group-filters.service.ts'
import { type References, referencesOf } from './filter-references.ts'
import { badFilter, readLanguagesJob, type SegmentFilter } from './segments.schema.ts'
import { listKnown, listReachable, replaceReferences } from './segments.store.ts'

/** More groups than this behind one segment are a mistake, and a query that nobody can read. */
const mostGroups = 50

/** Refuses what the tenant does not have, naming the field. */
async function requireKnown(sql: Sql, tenantId: string, references: References): Promise<void> {
  const known = await listKnown(sql, tenantId, {
    labels: [...references.labels.keys()],
    sessions: [...references.sessions.keys()],
    sources: [...references.sources.keys()],
  })
  const things = [
    [references.labels, 'no label has this id'],
    [references.sessions, 'no session has this id'],
    [references.sources, 'no monitored group has this id'],
  ] as const
  for (const [wanted, message] of things)
    for (const [id, field] of wanted) if (!known.has(id)) throw badFilter(field, message)
}

async function requireLanguages(references: References): Promise<void> {
  if (references.languages.size === 0) return
  const { known } = await loadLanguageDetector()
  for (const [language, field] of references.languages)
    if (!known.has(detectorCode(language)))
      throw badFilter(field, `${language} is not among the languages that are told apart`)
}

/** Refuses groups that are not there or lead back to the segment itself. Filters of the tenant do not change meanwhile. */
async function requireNoCycle(
  sql: Sql,
  tenantId: string,
  segmentId: string | undefined,
  { groups }: References,
): Promise<void> {
  if (groups.size === 0) return
  const held = await holdGroups(sql, tenantId, [...groups.keys()])
  for (const [id, field] of groups) {
    if (!held.has(id)) throw badFilter(field, 'no custom group has this id')
    const reachable = await listReachable(sql, tenantId, [id], mostGroups + 1)
    if (segmentId !== undefined && reachable.includes(segmentId))
      throw badFilter(field, 'the group is the segment itself, or leads back to it')
  }
  if ((await listReachable(sql, tenantId, [...groups.keys()], mostGroups + 1)).length > mostGroups)
    throw badFilter('filter', `leads to more than ${mostGroups} custom groups`)
}

/** Refuses (422, naming the field) a filter that names what the tenant does not have. */
export async function checkFilter(
  sql: Sql,
  tenantId: string,
  filter: SegmentFilter,
  segmentId?: string,
): Promise<void> {
  const references = referencesOf(filter)
  await requireLanguages(references)
  await requireKnown(sql, tenantId, references)
  await requireNoCycle(sql, tenantId, segmentId, references)
}

/**
 * Makes a group of the tenant a segment, or with null a list without members. 404 for an unknown group, 400 for one
 * that has members, 422 naming the field for a filter that names what is not there or leads back to the segment.
 */
export async function setFilter(
  ctx: Context,
  sql: Sql,
  tenantId: string,
  groupId: string,
  filter: SegmentFilter | null,
): Promise<void> {
  // Two filters that change at once could lead to each other, and neither would see it.
  await lockTenant(sql, tenantId)
  await replaceFilter(ctx, sql, tenantId, groupId, filter)
  const references = filter === null ? undefined : referencesOf(filter)
  await replaceReferences(sql, tenantId, groupId, [])
  if (filter === null || references === undefined) return
  await checkFilter(sql, tenantId, filter, groupId)
  await replaceReferences(sql, tenantId, groupId, [...references.groups.keys()])
  if (references.languages.size > 0)
    await ctx.jobs.add(sql, readLanguagesJob, { tenantId }, { key: tenantId })
}
