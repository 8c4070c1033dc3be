import { useState } from 'react'
import { usePermissions } from '../shell/permissions.ts'
import { keep, readKept } from './kept.ts'

const prefix = 'moltflow.draft.'

const read = <T extends object>(key: string): Partial<T> => readKept<Partial<T>>(sessionStorage, key) ?? {}

/**
 * What was changed in a form and not sent yet: outlives another page, a reload and signing out, belongs to one person,
 * and goes with the tab. Only what was touched is in it, so the rest of the form stays as fresh as the server. Never for
 * passwords and keys.
 */
export function useDraft<T extends object>(
  name: string,
): [changes: Partial<T>, change: (changes: Partial<T>) => void, drop: () => void] {
  const { userId } = usePermissions()
  const key = `${prefix}${userId ?? ''}.${name}`
  const [state, setState] = useState(() => ({ key, changes: read<T>(key) }))
  // The person becomes known after the first look, and another thing may be edited in the same place.
  if (state.key !== key) setState({ key, changes: read<T>(key) })
  const replace = (changes: Partial<T>) => {
    keep(sessionStorage, key, Object.keys(changes).length === 0 ? undefined : changes)
    setState({ key, changes })
  }
  return [state.changes, (changes) => replace({ ...state.changes, ...changes }), () => replace({})]
}
