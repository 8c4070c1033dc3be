import { useState } from 'react'

/** Rows that were selected. `isAllMatching` stands for a snapshot that the server counted, not for rows in sight. */
export interface Selection {
  ids: ReadonlySet<string>
  count: number
  isAllMatching: boolean
  has(id: string): boolean
  toggle(id: string): void
  setAll(ids: readonly string[]): void
  selectAllMatching(): void
  clear(): void
}

/** An empty selection that grows. */
export function useSelection(): Selection {
  const [ids, setIds] = useState<ReadonlySet<string>>(new Set())
  const [isAllMatching, setAllMatching] = useState(false)
  const replace = (next: ReadonlySet<string>) => {
    setAllMatching(false)
    setIds(next)
  }
  return {
    ids,
    count: ids.size,
    isAllMatching,
    has: (id) => isAllMatching || ids.has(id),
    toggle(id) {
      const next = new Set(ids)
      if (!next.delete(id)) next.add(id)
      replace(next)
    },
    setAll: (all) => replace(new Set(all)),
    selectAllMatching: () => setAllMatching(true),
    clear: () => replace(new Set()),
  }
}
