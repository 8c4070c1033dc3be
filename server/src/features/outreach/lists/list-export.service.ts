import { type Context, tenantOf } from '../../../context.ts'
import { Answer } from '../../../operation.ts'
import { type Cell, toCsv, toJsonArray } from '../../../platform/files/rows-as-file.ts'
import { foldVariableName } from '../../groups/custom-groups/custom-groups.schema.ts'
import { getCustomGroup, walkMembers } from '../../groups/custom-groups/custom-groups.service.ts'
import { countPeopleOf, variableNamesOf, walkPeople } from '../segments/segments.service.ts'
import { type GroupPerson, memberToFile } from './lists.schema.ts'

const step = 500
/** Each step of a segment asks a part of its filter again. */
const segmentStep = 5000

async function* csvRows(
  batches: AsyncIterable<GroupPerson[]>,
  names: readonly string[],
): AsyncGenerator<Cell[][]> {
  for await (const batch of batches) {
    yield batch.map(memberToFile).map(({ phone, name, added_at: addedAt, variables }) => {
      const folded = new Map(
        Object.entries(variables).map(([each, value]) => [foldVariableName(each), value]),
      )
      return [phone, name, addedAt, ...names.map((each) => folded.get(foldVariableName(each)) ?? null)]
    })
  }
}

async function* jsonRows(batches: AsyncIterable<GroupPerson[]>) {
  for await (const batch of batches) yield batch.map(memberToFile)
}

async function* withoutRows(batches: AsyncIterable<Pick<GroupPerson, 'phone' | 'name' | 'variables'>[]>) {
  for await (const batch of batches) yield batch.map((person) => ({ ...person, id: null, addedAt: null }))
}

/** Who is on a list or in a segment, how many these are, and which values they may have. */
async function openGroup(ctx: Context, tenantId: string, id: string) {
  const { sql } = ctx.db
  const { filter, memberCount, variableNames } = await getCustomGroup(sql, tenantId, id)
  if (filter === null)
    return { total: memberCount, names: variableNames, batches: walkMembers(sql, tenantId, id, step) }
  const now = ctx.clock.now()
  const total = await countPeopleOf(ctx, tenantId, id, now)
  const names = await variableNamesOf(ctx, tenantId, id)
  return { total, names, batches: withoutRows(walkPeople(ctx, tenantId, id, { now, step: segmentStep })) }
}

/** A list or segment as a file that is written while it is read; 404 for an unknown one. */
export async function exportList(ctx: Context, id: string, format: 'csv' | 'json'): Promise<Answer> {
  const tenantId = tenantOf(ctx)
  const { total, names, batches } = await openGroup(ctx, tenantId, id)
  const columns = ['phone', 'name', 'added_at', ...names]
  const answer =
    format === 'csv'
      ? { contentType: 'text/csv; charset=utf-8', body: toCsv(columns, csvRows(batches, names)) }
      : { contentType: 'application/json; charset=utf-8', body: toJsonArray(jsonRows(batches)) }
  return new Answer(200, answer, {
    'content-disposition': `attachment; filename="contacts.${format}"`,
    'x-total-count': String(total),
  })
}
