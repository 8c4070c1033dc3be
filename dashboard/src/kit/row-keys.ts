import { type RefObject, useEffect, useEffectEvent, useState } from 'react'
import { isCommand } from '../shell/keys.ts'

interface RowKeys {
  element: RefObject<HTMLElement | null>
  ids: readonly string[]
  onOpen(index: number): void
  onSelect(index: number): void
  /** Brings a row into sight that may not be in the page yet. */
  show(index: number): void
}

/** J and K walk through a list, Enter opens, X selects. Gives the id of the row one is at. */
export function useRowKeys({ element, ids, onOpen, onSelect, show }: RowKeys): string | undefined {
  const [at, setAt] = useState<string>()
  const walk = (event: KeyboardEvent, from: number, step: number) => {
    const next = Math.min(Math.max(from + step, 0), ids.length - 1)
    if (ids[next] === undefined) return
    setAt(ids[next])
    show(next)
    event.preventDefault()
  }
  const onKey = useEffectEvent((event: KeyboardEvent) => {
    if (!isCommand(event)) return
    const index = at === undefined ? -1 : ids.indexOf(at)
    const key = event.key.toLowerCase()
    if (key === 'j') walk(event, index, 1)
    if (key === 'k') walk(event, index, -1)
    if (index < 0) return
    if (key === 'x') onSelect(index)
    const isFree = document.activeElement === document.body || document.activeElement === element.current
    if (key === 'enter' && isFree) onOpen(index)
  })
  useEffect(() => {
    document.addEventListener('keydown', onKey)
    return () => document.removeEventListener('keydown', onKey)
  }, [])
  return at
}
