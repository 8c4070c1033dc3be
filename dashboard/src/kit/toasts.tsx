import { useEffect, useState, useSyncExternalStore } from 'react'
import { useText } from '../words/words.ts'
import { Glyph } from './icon.tsx'

/** A short word about what was done. */
export interface Toast {
  text: string
  /** Takes it back, where that can be done. */
  undo?: () => void
}

interface Shown extends Toast {
  id: number
}

const shownMs = 6000
const listeners = new Set<() => void>()
let toasts: readonly Shown[] = []
let count = 0

function publish(next: readonly Shown[]): void {
  toasts = next
  for (const tell of listeners) tell()
}

/** Says that something is done, for six seconds. Errors never go here: they stay where they happened. */
export function showToast(toast: Toast): void {
  count += 1
  publish([...toasts.slice(-2), { ...toast, id: count }])
}

const dismiss = (id: number) => publish(toasts.filter((toast) => toast.id !== id))

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/** Where toasts appear; stands once in the page. */
export function Toasts() {
  const shown = useSyncExternalStore(subscribe, () => toasts)
  return (
    <div className="toasts" role="status" aria-live="polite">
      {shown.map((toast) => (
        <ToastCard key={toast.id} toast={toast} />
      ))}
    </div>
  )
}

function ToastCard({ toast }: { toast: Shown }) {
  const t = useText()
  const [isHeld, setHeld] = useState(false)
  useEffect(() => {
    if (isHeld) return undefined
    const timer = setTimeout(() => dismiss(toast.id), shownMs)
    return () => clearTimeout(timer)
  }, [isHeld, toast.id])
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the pointer only holds it, nothing is done
    <div className="toast" onMouseEnter={() => setHeld(true)} onMouseLeave={() => setHeld(false)}>
      <Glyph name="ok" />
      <span>{toast.text}</span>
      {toast.undo === undefined ? null : (
        <button
          type="button"
          onFocus={() => setHeld(true)}
          onClick={() => {
            toast.undo?.()
            dismiss(toast.id)
          }}
        >
          {t('undo')}
        </button>
      )}
    </div>
  )
}
