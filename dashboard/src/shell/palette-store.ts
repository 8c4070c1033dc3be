import { useEffect, useSyncExternalStore } from 'react'
import type { GlyphName, IconName, Tone } from '../kit/icon.tsx'

/** Something the palette offers. */
export interface PaletteEntry {
  id: string
  group: 'do' | 'go' | 'copy'
  label: string
  icon?: IconName
  glyph?: readonly [GlyphName, Tone]
  keys?: string
  run(): void
}

const listeners = new Set<() => void>()
const offers = new Map<object, readonly PaletteEntry[]>()
let all: readonly PaletteEntry[] = []

function change(): void {
  all = [...offers.values()].flat()
  for (const tell of listeners) tell()
}

/** Offers commands in the palette while the component is shown; give the same list while nothing changes. */
export function usePaletteEntries(entries: readonly PaletteEntry[]): void {
  useEffect(() => {
    const key = {}
    offers.set(key, entries)
    change()
    return () => {
      offers.delete(key)
      change()
    }
  }, [entries])
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/** What pages offer now. */
export function useOfferedEntries(): readonly PaletteEntry[] {
  return useSyncExternalStore(subscribe, () => all)
}
