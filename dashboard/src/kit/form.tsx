import { type ReactNode, type SubmitEvent, useRef, useState } from 'react'
import { ApiError } from '../api/api-error.ts'
import { ErrorNote } from './notes.tsx'

/** What a form knows about its last try. */
export interface FormState {
  isBusy: boolean
  error: unknown
  /** What the server says about a field, by the API's name for it; `filter.tags` also answers for `filter`. */
  problem(field: string): string | undefined
  /** Sends; a second time while the first is under way does nothing. Resolves to whether it worked. */
  submit(run: () => Promise<unknown>): Promise<boolean>
  clear(): void
}

/** The state of a form: busy, refused, and the server's words by field. */
export function useForm(): FormState {
  const [isBusy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>()
  const running = useRef(false)
  return {
    isBusy,
    error,
    problem(field) {
      if (!(error instanceof ApiError)) return undefined
      return error.fields.find((entry) => entry.field === field || entry.field.startsWith(`${field}.`))
        ?.message
    },
    async submit(run) {
      if (running.current) return false
      running.current = true
      setBusy(true)
      setError(undefined)
      try {
        await run()
        return true
      } catch (refusal) {
        setError(refusal)
        return false
      } finally {
        running.current = false
        setBusy(false)
      }
    },
    clear: () => setError(undefined),
  }
}

interface FormProps {
  state: FormState
  /** What it sends. After a refusal the first field that is wrong has the focus. */
  onSubmit(): Promise<unknown>
  onDone?(): void
  /** Names of the API for which the form has fields: what is said about others is shown above the buttons. */
  fields: readonly string[]
  children: ReactNode
  footer: ReactNode
}

/** A form whose refusals stand where they belong. */
export function Form({ state, onSubmit, onDone, fields, children, footer }: FormProps) {
  const element = useRef<HTMLFormElement>(null)
  async function send(event: SubmitEvent) {
    event.preventDefault()
    event.stopPropagation()
    if (await state.submit(onSubmit)) return onDone?.()
    requestAnimationFrame(() => element.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus())
    return undefined
  }
  const { error } = state
  const isElsewhere =
    error !== undefined &&
    !(
      error instanceof ApiError &&
      error.fields.some(({ field }) => fields.some((name) => field === name || field.startsWith(`${name}.`)))
    )
  return (
    <form ref={element} className="form" noValidate onSubmit={(event) => void send(event)}>
      {children}
      {isElsewhere ? <ErrorNote error={error} /> : null}
      <footer>{footer}</footer>
    </form>
  )
}
