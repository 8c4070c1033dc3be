import { type ReactNode, useState } from 'react'
import { useFormat } from '../i18n/format.ts'
import { Button } from './button.tsx'
import { type Cell, toCsv } from './csv.ts'
import { ErrorNote } from './notes.tsx'
import { saveFile } from './save-file.ts'
import { type Column, type Sort, Table } from './table.tsx'
import { Phone, Time } from './text-parts.tsx'

/** How a value is to be read: rates are between 0 and 1, durations seconds, days `2026-02-11`. */
export type Unit = 'text' | 'count' | 'rate' | 'seconds' | 'timestamp' | 'phone' | 'day'

/** A row of a table of figures, as the API gives it. */
export type FigureRow = Readonly<Record<string, Cell>>

/** A column of such a table. */
export interface FigureColumn {
  key: string
  label: string
  unit: Unit
  hides?: 'lo' | 'lo2'
  sort?: string
  /** Shows it in another way; the file has the value all the same. */
  show?(row: FigureRow): ReactNode
}

interface Numbered {
  row: FigureRow
  index: number
}

const isNumber = (unit: Unit) => unit === 'count' || unit === 'rate' || unit === 'seconds'

/** Values in the language of the page, times in the tenant's zone. */
export function useValueText(): (value: Cell, unit: Unit) => string {
  const format = useFormat()
  const days = format.dates({ timeZone: 'UTC', weekday: 'short', day: 'numeric', month: 'short' })
  return (value, unit) => {
    if (value === null) return '–'
    if (unit === 'day') return days.format(new Date(`${value}T12:00:00Z`))
    if (unit === 'timestamp') return format.moment(value)
    if (typeof value === 'string') return value
    if (unit === 'rate') return format.percent(value)
    if (unit !== 'seconds') return format.number(value)
    return value < 1 ? format.unit(0, 'second') : format.duration(value * 1000)
  }
}

/** One value, by its unit. */
export function FigureValue({ value, unit }: { value: Cell; unit: Unit }) {
  const text = useValueText()
  if (value !== null && unit === 'timestamp') return <Time at={value} />
  if (unit === 'phone' && typeof value === 'string' && value.startsWith('+')) return <Phone number={value} />
  return unit === 'text' || unit === 'phone' ? <bdi>{text(value, unit)}</bdi> : text(value, unit)
}

interface FigureTableProps {
  title: string
  /** What the file is called, without its ending. */
  file: string
  /** The words of the button that keeps it. */
  keep: string
  columns: readonly FigureColumn[]
  rows: readonly FigureRow[]
  /** Fetches what the file has beyond what is shown. */
  all?(): Promise<readonly FigureRow[]>
  nameOf?(row: FigureRow): string
  idOf?(row: FigureRow): string
  onOpen?(row: FigureRow): void
  onEnd?(): void
  sort?: Sort
  onSort?(sort: Sort): void
  children?: ReactNode
}

/** A table of figures in a card, which can be kept as CSV made from the same rows. */
export function FigureTable(props: FigureTableProps) {
  const { title, columns, rows, idOf, nameOf, onOpen, onEnd, sort, onSort, children } = props
  const numbered = rows.map((row, index): Numbered => ({ row, index }))
  const first = columns[0]?.key ?? ''
  return (
    <section className="card figure-table" aria-label={title}>
      <header>
        <h2>{title}</h2>
        <span className="sp" />
        {children}
        <KeepButton {...props} />
      </header>
      <Table
        label={title}
        rows={numbered}
        idOf={({ row, index }) => idOf?.(row) ?? String(index)}
        nameOf={({ row }) => nameOf?.(row) ?? String(row[first] ?? '')}
        onOpen={onOpen === undefined ? undefined : ({ row }) => onOpen(row)}
        onEnd={onEnd}
        sort={sort}
        onSort={onSort}
        columns={columns.map(
          ({ key, label, unit, hides, sort: by, show }): Column<Numbered> => ({
            id: key,
            head: label,
            isNumber: isNumber(unit),
            hides,
            sort: by,
            cell: ({ row }) => show?.(row) ?? <FigureValue value={row[key] ?? null} unit={unit} />,
          }),
        )}
      />
    </section>
  )
}

function KeepButton({ file, keep, columns, rows, all }: FigureTableProps) {
  const [isBusy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>()
  async function save() {
    setBusy(true)
    setError(undefined)
    try {
      const heads = columns.map(({ label, unit }) => (unit === 'seconds' ? `${label} (s)` : label))
      const kept = (await all?.()) ?? rows
      const text = toCsv(
        heads,
        kept.map((row) => columns.map(({ key }) => row[key] ?? null)),
      )
      saveFile(new Blob([text], { type: 'text/csv;charset=utf-8' }), `${file}.csv`)
    } catch (refusal) {
      setError(refusal)
    } finally {
      setBusy(false)
    }
  }
  return (
    <>
      <Button icon="download" busy={isBusy} onClick={() => void save()}>
        {keep}
      </Button>
      {error === undefined ? null : <ErrorNote error={error} onRetry={() => void save()} />}
    </>
  )
}
