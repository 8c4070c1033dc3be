import { useVirtualizer } from '@tanstack/react-virtual'
import { type ReactNode, useRef } from 'react'
import { useText } from '../words/words.ts'
import { useRowKeys } from './row-keys.ts'
import type { Selection } from './selection.ts'

/** A column; the first one holds the link. */
export interface Column<Row> {
  id: string
  /** The head; a node with class `sr` for columns that need no visible one. */
  head: ReactNode
  cell(row: Row): ReactNode
  /** Numbers stand at the end. */
  isNumber?: boolean
  /** Goes at 720 px (`lo`), or already at 1180 (`lo2`). */
  hides?: 'lo' | 'lo2'
  width?: number
  /** The name the list is sorted by; without one the head is no button. */
  sort?: string
}

/** By what a list is sorted, as the API takes it. */
export interface Sort {
  by: string
  isDescending: boolean
}

interface TableProps<Row> {
  label: string
  rows: readonly Row[]
  columns: readonly Column<Row>[]
  idOf(row: Row): string
  /** Says which row it is, for its box and for screen readers. */
  nameOf(row: Row): string
  /** Enter, and a click anywhere in the row. */
  onOpen?(row: Row): void
  /** The row that is open beside the table. */
  openId?: string | undefined
  selection?: Selection
  sort?: Sort
  onSort?(sort: Sort): void
  /** Called near the end of what is there. */
  onEnd?(): void
  rowHeight?: number
}

const defaultRowHeight = 40
const overscan = 12

/** A list in rows: only those in sight are in the page, J K Enter and X work, boxes select. */
export function Table<Row>(props: TableProps<Row>) {
  const { label, rows, columns, idOf, onEnd, rowHeight = defaultRowHeight, selection } = props
  const scroller = useRef<HTMLElement>(null)
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan,
    onChange: (instance) => {
      const last = instance.range?.endIndex ?? 0
      if (rows.length > 0 && last >= rows.length - overscan) onEnd?.()
    },
  })
  const focused = useRowKeys({
    element: scroller,
    ids: rows.map(idOf),
    onOpen: (index) => rows[index] !== undefined && props.onOpen?.(rows[index]),
    onSelect: (index) => rows[index] !== undefined && selection?.toggle(idOf(rows[index])),
    show: (index) => virtual.scrollToIndex(index),
  })
  const items = virtual.getVirtualItems()
  const before = items[0]?.start ?? 0
  const after = virtual.getTotalSize() - (items.at(-1)?.end ?? 0)
  const width = columns.length + (selection === undefined ? 0 : 1)
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keys
    <section className="scroll" ref={scroller} tabIndex={0} aria-label={label}>
      <table className="table" aria-rowcount={rows.length + 1}>
        <Head {...props} />
        <tbody>
          <Spacer height={before} width={width} />
          {items.map(({ index, key }) => {
            const row = rows[index]
            return row === undefined ? null : (
              <BodyRow
                key={key}
                row={row}
                index={index}
                isFocused={focused === idOf(row)}
                measure={virtual.measureElement}
                {...props}
              />
            )
          })}
          <Spacer height={after} width={width} />
        </tbody>
      </table>
    </section>
  )
}

function Spacer({ height, width }: { height: number; width: number }) {
  if (height <= 0) return null
  return (
    <tr className="spacer">
      <td colSpan={width} style={{ blockSize: height }} />
    </tr>
  )
}

function classOf({ isNumber, hides }: Pick<Column<never>, 'isNumber' | 'hides'>): string {
  return `${isNumber ? 'n' : ''} ${hides === undefined ? '' : 'lo'} ${hides === 'lo2' ? 'lo2' : ''}`
}

function Head<Row>({ columns, selection, sort, onSort, rows, idOf }: TableProps<Row>) {
  const t = useText()
  return (
    <thead>
      <tr>
        {selection === undefined ? null : (
          <th scope="col" className="lo box">
            <input
              className="check"
              type="checkbox"
              aria-label={t('table.select_all')}
              checked={rows.length > 0 && selection.count === rows.length}
              onChange={(event) => selection.setAll(event.target.checked ? rows.map(idOf) : [])}
            />
          </th>
        )}
        {columns.map((column) => {
          const isSorted = sort !== undefined && sort.by === column.sort
          const direction = sort?.isDescending ? 'descending' : 'ascending'
          const { sort: by } = column
          return (
            <th
              key={column.id}
              scope="col"
              className={classOf(column)}
              aria-sort={isSorted ? direction : undefined}
            >
              {by === undefined || onSort === undefined ? (
                column.head
              ) : (
                <button
                  type="button"
                  className="sorter"
                  onClick={() => onSort({ by, isDescending: isSorted ? !sort.isDescending : true })}
                >
                  {column.head}
                </button>
              )}
            </th>
          )
        })}
      </tr>
    </thead>
  )
}

interface BodyRowProps<Row> extends TableProps<Row> {
  row: Row
  index: number
  isFocused: boolean
  measure(element: Element | null): void
}

function BodyRow<Row>(props: BodyRowProps<Row>) {
  const { row, index, isFocused, measure, columns, idOf, nameOf, onOpen, openId, selection } = props
  const t = useText()
  const id = idOf(row)
  const isSelected = selection?.has(id) ?? false
  return (
    <tr
      ref={measure}
      data-index={index}
      data-row={id}
      aria-rowindex={index + 2}
      aria-selected={isSelected || openId === id || undefined}
      className={`${onOpen === undefined ? '' : 'opens'} ${isFocused ? 'at' : ''}`}
      onClick={(event) => {
        const isControl =
          event.target instanceof Element && event.target.closest('a, button, input, label') !== null
        if (!isControl) onOpen?.(row)
      }}
    >
      {selection === undefined ? null : (
        <td className="lo box">
          <input
            className="check"
            type="checkbox"
            aria-label={t('table.select', { name: nameOf(row) })}
            checked={isSelected}
            onChange={() => selection.toggle(id)}
          />
        </td>
      )}
      {columns.map((column) => (
        <td
          key={column.id}
          className={classOf(column)}
          style={column.width === undefined ? undefined : { inlineSize: column.width }}
        >
          {column.cell(row)}
        </td>
      ))}
    </tr>
  )
}
