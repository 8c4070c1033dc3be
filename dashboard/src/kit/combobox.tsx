import { Combobox as Base } from '@base-ui/react/combobox'
import { type ReactNode, useId } from 'react'
import { useText } from '../words/words.ts'
import type { Option } from './field.tsx'
import { Glyph } from './icon.tsx'

interface ComboboxProps {
  label: ReactNode
  options: readonly Option[]
  value: string | undefined
  onChange(value: string | undefined): void
  /** Told what is typed, for options that the server finds. */
  onSearch?(text: string): void
  error?: string | undefined
  hint?: ReactNode
}

/** One of many, found by typing. */
export function Combobox({ label, options, value, onChange, onSearch, error, hint }: ComboboxProps) {
  const t = useText()
  const id = useId()
  const chosen = options.find((option) => option.value === value) ?? null
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <Base.Root
        items={options}
        value={chosen}
        onValueChange={(option) => onChange(option?.value)}
        onInputValueChange={(text) => onSearch?.(text)}
        isItemEqualToValue={(a, b) => a.value === b.value}
        {...(onSearch === undefined ? {} : { filter: null })}
      >
        <Base.Input id={id} className="input" dir="auto" aria-invalid={error !== undefined || undefined} />
        <Base.Portal>
          <Base.Positioner className="layer" sideOffset={4}>
            <Base.Popup className="pop combo">
              <Base.Empty className="none">{t('nothing_found')}</Base.Empty>
              <Base.List>
                {(option: Option) => (
                  <Base.Item key={option.value} value={option} className="opt">
                    <bdi>{option.label}</bdi>
                  </Base.Item>
                )}
              </Base.List>
            </Base.Popup>
          </Base.Positioner>
        </Base.Portal>
      </Base.Root>
      {hint === undefined ? null : <p className="hint">{hint}</p>}
      {error === undefined ? null : (
        <p className="bad field-error" role="alert">
          <Glyph name="tri" />
          <span>{error}</span>
        </p>
      )}
    </div>
  )
}
