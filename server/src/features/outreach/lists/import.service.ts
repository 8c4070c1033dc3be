import { Readable } from 'node:stream'
import type { z } from 'zod'
import { type Context, tenantOf } from '../../../context.ts'
import type { RequestHints } from '../../../operation.ts'
import { retryDeadlocks } from '../../../platform/database/sql-state.ts'
import { FairTurns } from '../../../platform/fair-turns.ts'
import { dropSpool, writeSpool } from '../../../platform/files/spool.ts'
import { defineProcessState } from '../../../platform/process-state.ts'
import { groupIsSegment } from '../../groups/custom-groups/custom-group-filters.schema.ts'
import { foldVariableName, variableLimits } from '../../groups/custom-groups/custom-groups.schema.ts'
import {
  addMembers,
  getCustomGroup,
  holdUsableGroup,
  type MemberInput,
} from '../../groups/custom-groups/custom-groups.service.ts'
import { type Columns, chooseColumns, tellsNumbers } from './csv-columns.ts'
import { type CsvForm, namedDelimiter, readRows, rowsOfSample } from './csv-rows.ts'
import { type ImportInput, type importAnswer, mostRefusalsTold, refuseImport } from './import.schema.ts'
import { type RefusedLine, readLine } from './import-lines.ts'
import { openTextFile, readSample, type TextFile } from './import-text.ts'

/** Files read at once in this process: each takes a processor for a while, and a tenant has one turn. */
const turns = defineProcessState(() => new FairTurns({ max: 2, maxPerKey: 1 }))

/** Others wait no longer than this for the database: as many lines are stored at once as take so long. */
const wantedMs = 15
const [fewestLines, mostLines] = [150, 1000]
const delimiters = [',', ';', '\t', '|']

/** A file and how it is read. */
interface Source {
  file: TextFile
  form: CsvForm
  columns: Columns
}

/** How well a delimiter fits the rows at the beginning of a file. */
function rank(rows: readonly string[][]): readonly number[] {
  const width = rows[0]?.length ?? 0
  if (width < 2) return [0]
  const share = rows.filter((row) => row.length === width).length / rows.length
  const several = rows.filter((row) => row.length > 1).length / rows.length
  return [1, tellsNumbers(rows[0] ?? []) ? 1 : 0, several, share, width]
}

function isBetter(one: readonly number[], other: readonly number[]): boolean {
  const at = one.findIndex((value, index) => value !== (other[index] ?? 0))
  return at >= 0 && (one[at] ?? 0) > (other[at] ?? 0)
}

/** The delimiter that the header and most rows have; a comma where every row has one cell. */
function detectDelimiter(sample: string): string {
  let best = { delimiter: ',', rank: [0] as readonly number[] }
  for (const delimiter of delimiters) {
    const found = rank(rowsOfSample(sample, delimiter))
    if (isBetter(found, best.rank)) best = { delimiter, rank: found }
  }
  return best.delimiter
}

async function openSource(path: string, input: ImportInput): Promise<Source> {
  const file = await openTextFile(path, input.csv === undefined ? input.encoding : 'utf-8')
  const sample = await readSample(file)
  const named = namedDelimiter(sample)
  const delimiter = input.delimiter ?? named ?? detectDelimiter(sample)
  const form = { delimiter, hasSeparatorLine: named !== undefined }
  for await (const { cells } of readRows(file, form))
    return { file, form, columns: chooseColumns(cells, input.columns) }
  throw refuseImport('file', 'is empty')
}

/** Reads the whole file before anything is stored: what is wrong with it as a whole is refused as a whole. */
async function check({ file, form, columns }: Source, known: readonly string[]): Promise<void> {
  const filled = new Set<number>()
  let isHeader = columns.hasHeader
  for await (const { cells } of readRows(file, form)) {
    for (const { index } of isHeader ? [] : columns.variables)
      if (!filled.has(index) && (cells[index] ?? '').trim() !== '') filled.add(index)
    isHeader = false
  }
  const used = columns.variables.filter(({ index }) => filled.has(index)).map(({ name }) => name)
  const names = new Set([...known, ...used].map(foldVariableName))
  if (names.size <= variableLimits.perList) return
  const message = `the list would have more than ${variableLimits.perList} different values: name the columns that are wanted`
  throw refuseImport('columns', message)
}

/** What came of the lines so far. */
class Tally {
  readonly refused: RefusedLine[] = []
  refusedCount = 0
  added = 0
  duplicates = 0

  refuse(line: RefusedLine): void {
    this.refusedCount += 1
    if (this.refused.length < mostRefusalsTold) this.refused.push(line)
  }
}

/** Stores lines in transactions so short that nobody waits for them, one while the next lines are read. */
class Storage {
  readonly #add: (people: readonly MemberInput[]) => Promise<number>
  readonly #ctx: Context
  readonly #tally: Tally
  #batch: MemberInput[] = []
  #wanted = fewestLines
  #storing: Promise<void> = Promise.resolve()

  constructor(ctx: Context, tally: Tally, add: (people: readonly MemberInput[]) => Promise<number>) {
    this.#ctx = ctx
    this.#tally = tally
    this.#add = add
  }

  async put(person: MemberInput): Promise<void> {
    this.#batch.push(person)
    if (this.#batch.length >= this.#wanted) await this.#next()
  }

  /** Stores what is left; everything is stored when it resolves. */
  async end(): Promise<void> {
    if (this.#batch.length > 0) await this.#next()
    await this.#storing
  }

  async #next(): Promise<void> {
    await this.#storing
    const people = this.#batch
    this.#batch = []
    this.#storing = this.#store(people)
    // Whoever waits for it next is told.
    this.#storing.catch(() => {})
  }

  async #store(people: readonly MemberInput[]): Promise<void> {
    const before = this.#ctx.clock.monotonicMs()
    const added = await this.#add(people)
    const tookMs = Math.max(this.#ctx.clock.monotonicMs() - before, 1)
    const fitting = Math.round((people.length * wantedMs) / tookMs)
    this.#wanted = Math.min(mostLines, Math.max(fewestLines, fitting))
    this.#tally.added += added
    this.#tally.duplicates += people.length - added
  }
}

async function store(ctx: Context, groupId: string, source: Source, input: ImportInput): Promise<Tally> {
  const tenantId = tenantOf(ctx)
  const tally = new Tally()
  const storage = new Storage(ctx, tally, async (people) => {
    const add = () => ctx.db.transaction((sql) => addMembers(ctx, sql, tenantId, groupId, people))
    return (await retryDeadlocks(add)).size
  })
  const options = { encoding: source.file.encoding, country: input.default_country }
  let isHeader = source.columns.hasHeader
  for await (const row of readRows(source.file, source.form)) {
    if (isHeader) {
      isHeader = false
      continue
    }
    const read = readLine(row, source.columns, options)
    if ('reason' in read) tally.refuse(read)
    else await storage.put(read)
  }
  await storage.end()
  return tally
}

/** Gives the file of a request to the work: the uploaded one, or its text put into one. */
async function withFile<T>(
  ctx: Context,
  { upload, csv }: ImportInput & Pick<RequestHints, 'upload'>,
  work: (path: string) => Promise<T>,
): Promise<T> {
  if (upload !== undefined && csv !== undefined) throw refuseImport('csv', 'give either this or the file')
  if (upload !== undefined) return work(upload.path)
  if (csv === undefined)
    throw refuseImport('file', 'field required: send the CSV as multipart/form-data, in the field file')
  const bytes = Buffer.from(csv)
  const { path } = await writeSpool(ctx.config.dataDir, Readable.from([bytes]), bytes.length)
  try {
    return await work(path)
  } finally {
    await dropSpool(path)
  }
}

/**
 * Puts the people of a CSV file on a list. Lines that are no people are refused one by one; 422 for a file that is not
 * read at all. What was stored before a process died stays, and the same file may be sent again.
 */
export async function importFile(
  ctx: Context,
  groupId: string,
  input: ImportInput & Pick<RequestHints, 'upload'>,
): Promise<z.infer<typeof importAnswer>> {
  const tenantId = tenantOf(ctx)
  const group = await ctx.db.transaction((sql) => holdUsableGroup(ctx, sql, tenantId, groupId))
  if (group.filter !== null) throw groupIsSegment.create()
  return turns.of(ctx).run(tenantId, () =>
    withFile(ctx, input, async (path) => {
      const source = await openSource(path, input)
      await check(source, group.variableNames)
      const tally = await store(ctx, groupId, source, input)
      const { memberCount } = await getCustomGroup(ctx.db.sql, tenantId, groupId)
      return {
        added: tally.added,
        duplicates: tally.duplicates,
        refused: tally.refused,
        member_count: memberCount,
        delimiter: source.form.delimiter,
        encoding: source.file.encoding,
        refused_count: tally.refusedCount,
      }
    }),
  )
}
