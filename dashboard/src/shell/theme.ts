import { useState } from 'react'

/** What the theme follows. */
export type Theme = 'system' | 'light' | 'dark'

/** In the order of the switch. */
export const themes: readonly Theme[] = ['system', 'light', 'dark']

const storageKey = 'moltflow.theme'

function stored(): Theme {
  const value = localStorage.getItem(storageKey)
  return value === 'light' || value === 'dark' ? value : 'system'
}

/** The theme of this browser, and how to change it. */
export function useTheme(): [Theme, (theme: Theme) => void] {
  const [theme, setTheme] = useState(stored)
  return [
    theme,
    (next) => {
      localStorage.setItem(storageKey, next)
      if (next === 'system') delete document.documentElement.dataset['theme']
      else document.documentElement.dataset['theme'] = next
      setTheme(next)
    },
  ]
}
