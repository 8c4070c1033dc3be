import { type ReactNode, useEffect, useRef, useState } from 'react'
import { useText } from '../words/words.ts'
import { Icon } from './icon.tsx'

/** A choice of a segment, with how many there are. */
export interface Segment<Value extends string> {
  value: Value
  label: ReactNode
  count?: ReactNode
}

/** A few ways to look at the same list; one holds. */
export function Segments<Value extends string>({
  label,
  options,
  value,
  onChange,
}: {
  label: string
  options: readonly Segment<Value>[]
  value: Value
  onChange(value: Value): void
}) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset would draw a frame of its own
    <div className="seg" role="group" aria-label={label}>
      {options.map((option) => (
        <button
          key={option.value}
          type="button"
          aria-pressed={option.value === value}
          onClick={() => onChange(option.value)}
        >
          {option.label}
          {option.count === undefined ? null : <span className="n">{option.count}</span>}
        </button>
      ))}
    </div>
  )
}

/** A filter that is set, to be taken away again, or one to set. As the trigger of a `Menu` it opens it. */
export function FilterChip({
  children,
  isOn,
  ...rest
}: { children: ReactNode; isOn: boolean } & React.ButtonHTMLAttributes<HTMLButtonElement> & {
    ref?: React.Ref<HTMLButtonElement>
  }) {
  return (
    <button type="button" {...rest} className={`filter ${isOn ? 'on' : ''}`}>
      {isOn ? null : <Icon name="plus" size="s" />}
      {children}
      {isOn ? <Icon name="x" size="s" /> : null}
    </button>
  )
}

const quietMs = 250

/** A search field: tells what was typed once typing pauses. `/` jumps to the first on the page. */
export function SearchField({
  label,
  value,
  onChange,
}: {
  label: string
  value: string
  onChange(text: string): void
}) {
  const [text, setText] = useState(value)
  const told = useRef(value)
  const tell = useRef(onChange)
  tell.current = onChange
  useEffect(() => {
    if (value !== told.current) setText(value)
    told.current = value
  }, [value])
  useEffect(() => {
    if (text === told.current) return undefined
    const timer = setTimeout(() => {
      told.current = text
      tell.current(text)
    }, quietMs)
    return () => clearTimeout(timer)
  }, [text])
  return (
    <div className="searchbox">
      <Icon name="search" size="s" />
      <input
        className="input"
        type="search"
        dir="auto"
        data-search
        aria-label={label}
        placeholder={label}
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
    </div>
  )
}

/** Below a list that has more than is shown. */
export function More({
  isBusy,
  onMore,
  children,
}: {
  isBusy: boolean
  onMore(): void
  children?: ReactNode
}) {
  const t = useText()
  return (
    <p className="rest">
      <button
        type="button"
        className="btn quiet"
        aria-busy={isBusy || undefined}
        onClick={() => !isBusy && onMore()}
      >
        {children ?? t('more')}
      </button>
    </p>
  )
}
