import { useNavigate } from '@tanstack/react-router'
import { useEffect, useEffectEvent } from 'react'
import { type AreaPath, goKeys } from './navigation.ts'

const storageKey = 'moltflow.single-keys'

/** Whether the keys go into a field, where letters are text. */
export function isTyping(event: KeyboardEvent): boolean {
  const { target } = event
  if (!(target instanceof HTMLElement)) return false
  const isBox = target instanceof HTMLInputElement && ['checkbox', 'radio', 'button'].includes(target.type)
  return !isBox && (target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName))
}

/** Single keys can be switched off, for whoever dictates or types by mistake. */
export const singleKeys = {
  areOn: (): boolean => localStorage.getItem(storageKey) !== 'off',
  set: (areOn: boolean): void => localStorage.setItem(storageKey, areOn ? 'on' : 'off'),
}

/** Whether a key event is for a single-key command of the page. */
export function isCommand(event: KeyboardEvent): boolean {
  const isChord = event.metaKey || event.ctrlKey || event.altKey
  const isBlocked = document.querySelector('[role="dialog"], [role="menu"]') !== null
  return !event.defaultPrevented && !isChord && !isBlocked && !isTyping(event) && singleKeys.areOn()
}

/** Runs a command on a single key, such as `r` for reply, while the component is shown. */
export function useKey(key: string, run: (event: KeyboardEvent) => void): void {
  const onKey = useEffectEvent((event: KeyboardEvent) => {
    if (!isCommand(event) || event.key.toLowerCase() !== key) return
    event.preventDefault()
    run(event)
  })
  useEffect(() => {
    document.addEventListener('keydown', onKey)
    return () => document.removeEventListener('keydown', onKey)
  }, [])
}

const chordMs = 1500

interface ShellKeys {
  openPalette(): void
  openHelp(): void
}

/** The keys that work everywhere: ⌘K, `/`, `?`, `G` and a letter, ⇧C. */
export function useShellKeys({ openPalette, openHelp }: ShellKeys): void {
  const navigate = useNavigate()
  const onKey = useEffectEvent((event: KeyboardEvent, chord: { until: number }) => {
    if ((event.metaKey || event.ctrlKey) && event.key.toLowerCase() === 'k') {
      event.preventDefault()
      return openPalette()
    }
    if (!isCommand(event)) return undefined
    const key = event.key.toLowerCase()
    const to: AreaPath | undefined = event.timeStamp < chord.until ? goKeys[key] : undefined
    chord.until = 0
    if (to !== undefined) return void navigate({ to })
    if (key === 'g') chord.until = event.timeStamp + chordMs
    if (key === '?') openHelp()
    if (key === '/') press(event, '[data-search]', (element) => element.focus())
    if (key === 'c' && event.shiftKey) press(event, '[data-curl]', (element) => element.click())
    return undefined
  })
  useEffect(() => {
    const chord = { until: 0 }
    const listen = (event: KeyboardEvent) => onKey(event, chord)
    document.addEventListener('keydown', listen)
    return () => document.removeEventListener('keydown', listen)
  }, [])
}

function press(event: KeyboardEvent, selector: string, act: (element: HTMLElement) => void): void {
  const element = document.querySelector<HTMLElement>(selector)
  if (element === null) return
  event.preventDefault()
  act(element)
}
