import {
  type InputHTMLAttributes,
  type ReactNode,
  type SelectHTMLAttributes,
  type TextareaHTMLAttributes,
  useId,
} from 'react'
import { Glyph } from './icon.tsx'

interface Labelled {
  label: ReactNode
  /** What to know before one types. */
  hint?: ReactNode
  /** What is wrong with it, from the form or the server. */
  error?: string | undefined
}

function Frame({ id, label, hint, error, children }: Labelled & { id: string; children: ReactNode }) {
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {children}
      {hint === undefined ? null : (
        <p id={`${id}-hint`} className="hint">
          {hint}
        </p>
      )}
      {error === undefined ? null : (
        <p id={`${id}-error`} className="bad field-error">
          <Glyph name="tri" />
          <span>{error}</span>
        </p>
      )}
    </div>
  )
}

function describe(id: string, { hint, error }: Labelled) {
  const ids = [hint === undefined ? '' : `${id}-hint`, error === undefined ? '' : `${id}-error`]
  const text = ids.filter((part) => part !== '').join(' ')
  return {
    ...(text === '' ? {} : { 'aria-describedby': text }),
    ...(error === undefined ? {} : { 'aria-invalid': true }),
  }
}

type InputProps = Labelled & InputHTMLAttributes<HTMLInputElement> & { ref?: React.Ref<HTMLInputElement> }

/** A field of one line. */
export function TextField({ label, hint, error, className, ...rest }: InputProps) {
  const id = useId()
  return (
    <Frame id={id} label={label} hint={hint} error={error}>
      <input
        {...rest}
        id={id}
        className={`input ${className ?? ''}`}
        {...describe(id, { label, hint, error })}
      />
    </Frame>
  )
}

type AreaProps = Labelled & TextareaHTMLAttributes<HTMLTextAreaElement>

/** A field of several lines; it takes the direction of what is typed. */
export function TextArea({ label, hint, error, ...rest }: AreaProps) {
  const id = useId()
  return (
    <Frame id={id} label={label} hint={hint} error={error}>
      <textarea
        rows={4}
        dir="auto"
        {...rest}
        id={id}
        className="input"
        {...describe(id, { label, hint, error })}
      />
    </Frame>
  )
}

/** One choice. */
export interface Option<Value extends string = string> {
  value: Value
  label: string
  /** Why it cannot be chosen. */
  refused?: string
}

type SelectProps = Labelled & SelectHTMLAttributes<HTMLSelectElement> & { options: readonly Option[] }

/** One of a few: the device's own list, which phones show large. For many, `Combobox`. */
export function Select({ label, hint, error, options, ...rest }: SelectProps) {
  const id = useId()
  return (
    <Frame id={id} label={label} hint={hint} error={error}>
      <select {...rest} id={id} className="input select" {...describe(id, { label, hint, error })}>
        {options.map(({ value, label: name, refused }) => (
          <option key={value} value={value} disabled={refused !== undefined}>
            {refused === undefined ? name : `${name} (${refused})`}
          </option>
        ))}
      </select>
    </Frame>
  )
}

type CheckProps = InputHTMLAttributes<HTMLInputElement> & { label: ReactNode; hint?: ReactNode }

function Choice({ label, hint, className, ...rest }: CheckProps) {
  const id = useId()
  return (
    <label className="choice" htmlFor={id}>
      <input
        {...rest}
        id={id}
        className={className}
        {...(hint === undefined ? {} : { 'aria-describedby': `${id}-hint` })}
      />
      <span>
        <span className="choice-label">{label}</span>
        {hint === undefined ? null : (
          <span id={`${id}-hint`} className="hint">
            {hint}
          </span>
        )}
      </span>
    </label>
  )
}

/** A box to tick, with its word. */
export function Checkbox(props: CheckProps) {
  return <Choice {...props} type="checkbox" className="check" />
}

/** One of several, with its word; give those that belong together the same `name`. */
export function Radio(props: CheckProps) {
  return <Choice {...props} type="radio" className="check radio" />
}

/** Something that is on or off at once, without a form. */
export function Switch(props: CheckProps) {
  return <Choice {...props} type="checkbox" role="switch" className="switch" />
}

/** Fields that answer one question together. */
export function FieldGroup({ legend, children }: { legend: ReactNode; children: ReactNode }) {
  return (
    <fieldset className="fieldset">
      <legend>{legend}</legend>
      {children}
    </fieldset>
  )
}
