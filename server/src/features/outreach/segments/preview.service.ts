import type { z } from 'zod'
import { type Context, tenantOf } from '../../../context.ts'
import { phoneOf } from '../../../engine/ids.ts'
import { toTimestamp } from '../../../wire.ts'
import { noteMemberCount } from '../../groups/custom-groups/custom-group-filters.service.ts'
import { readLanguages } from './languages.service.ts'
import { countUnread } from './languages.store.ts'
import { type previewAnswer, readLanguagesJob, type SegmentFilter } from './segments.schema.ts'
import { compileFilter, getSource } from './segments.service.ts'
import { membersOf, type PreviewRow, readPreview } from './segments.store.ts'
import { checkFilter } from './set-filter.service.ts'

type Preview = z.infer<typeof previewAnswer>
type Page = { limit: number; offset: number }

/** So many texts are read while somebody waits; a job reads the others. */
const mostReadNow = 1000
const mostCounted = 1_000_000

/** Finds out what can be found out at once; answers for how many people it is not. */
async function readSomeLanguages(ctx: Context, tenantId: string): Promise<number> {
  if (await readLanguages(ctx, tenantId, { most: mostReadNow })) return 0
  await ctx.jobs.add(ctx.db.sql, readLanguagesJob, { tenantId }, { key: tenantId })
  return countUnread(ctx.db.sql, tenantId, mostCounted)
}

/** A list, or what a segment says. */
type Source = { id: string } | { name: string; filter: SegmentFilter }

interface Found {
  people: PreviewRow[]
  total: number
  optedOut: number
  unread: number
  now: Date
}

async function findPeople(ctx: Context, source: Source, page: Page): Promise<Found> {
  const tenantId = tenantOf(ctx)
  const now = ctx.clock.now()
  const compiled =
    'id' in source
      ? { people: membersOf(tenantId, source.id), needsLanguages: false }
      : await compileFilter(ctx, tenantId, source, now)
  const unread = compiled.needsLanguages ? await readSomeLanguages(ctx, tenantId) : 0
  const { total, optedOut, rows } = await readPreview(ctx.db.sql, tenantId, compiled.people, page)
  return { people: rows, total, optedOut, unread, now }
}

const toPreview = ({ people, total, optedOut, unread, now }: Found, page: Page): Preview => ({
  people: people.map(({ phone, name, variables, isOptedOut }) => ({
    phone: phoneOf(phone) ?? `+${phone}`,
    name,
    variables,
    opted_out: isOptedOut,
  })),
  total,
  ...page,
  opted_out: optedOut,
  unread_languages: unread,
  evaluated_at: toTimestamp(now),
})

/** How many people a list or segment of the caller's tenant has now, and who; notes how many a segment has. */
export async function countSegment(ctx: Context, groupId: string, page: Page): Promise<Found> {
  const tenantId = tenantOf(ctx)
  const { name, filter } = await getSource(ctx, tenantId, groupId)
  const found = await findPeople(ctx, filter === null ? { id: groupId } : { name, filter }, page)
  const { total: count, now } = found
  if (filter !== null) await noteMemberCount(ctx.db.sql, tenantId, groupId, { filter, count, now })
  return found
}

/** The same as the API shows it. */
export async function previewGroup(ctx: Context, groupId: string, page: Page): Promise<Preview> {
  return toPreview(await countSegment(ctx, groupId, page), page)
}

/** The same of a filter that is not kept yet. */
export async function previewFilter(ctx: Context, filter: SegmentFilter, page: Page): Promise<Preview> {
  await ctx.db.transaction((sql) => checkFilter(sql, tenantOf(ctx), filter))
  return toPreview(await findPeople(ctx, { name: '', filter }, page), page)
}
