import { Dialog as Base } from '@base-ui/react/dialog'
import { useNavigate } from '@tanstack/react-router'
import { type KeyboardEvent, useId, useState } from 'react'
import { Glyph, Icon } from '../kit/icon.tsx'
import { useText } from '../words/words.ts'
import { goKeys, navigationItems } from './navigation.ts'
import { type PaletteEntry, useOfferedEntries } from './palette-store.ts'

const groups = ['do', 'go', 'copy'] as const

/** Without case and accents, so that "sao" finds "São". */
function fold(text: string): string {
  return text.normalize('NFD').replaceAll(/\p{M}/gu, '').toLowerCase()
}

/** Whether every word that was typed begins or stands somewhere in the label. */
function matches(label: string, typed: string): boolean {
  const folded = fold(label)
  return fold(typed)
    .split(/\s+/)
    .every((word) => folded.includes(word))
}

function useGoEntries(): PaletteEntry[] {
  const t = useText()
  const navigate = useNavigate()
  return navigationItems.map(({ name, to, icon }) => {
    const key = Object.keys(goKeys).find((letter) => goKeys[letter] === to)
    return {
      id: `go-${name}`,
      group: 'go',
      label: t(`area.${name}`),
      icon,
      ...(key === undefined ? {} : { keys: `G ${key.toUpperCase()}` }),
      run: () => void navigate({ to }),
    }
  })
}

/** ⌘K: do, go, copy. */
export function Palette({ open, onClose }: { open: boolean; onClose(): void }) {
  const t = useText()
  return (
    <Base.Root open={open} onOpenChange={(next) => !next && onClose()}>
      <Base.Portal>
        <Base.Backdrop className="backdrop" />
        <Base.Popup className="pop palette" aria-label={t('palette.title')}>
          <Choices onClose={onClose} />
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  )
}

function Choices({ onClose }: { onClose(): void }) {
  const t = useText()
  const id = useId()
  const [typed, setTyped] = useState('')
  const [at, setAt] = useState(0)
  const entries = [...useOfferedEntries(), ...useGoEntries()]
    .filter(({ label }) => matches(label, typed))
    .sort((a, b) => groups.indexOf(a.group) - groups.indexOf(b.group))
  const index = Math.min(at, entries.length - 1)

  function choose(entry: PaletteEntry | undefined) {
    if (entry === undefined) return
    onClose()
    entry.run()
  }
  function onKey(event: KeyboardEvent) {
    const steps: Record<string, number> = { ArrowDown: 1, ArrowUp: -1 }
    const step = steps[event.key]
    if (step !== undefined) {
      event.preventDefault()
      setAt((index + step + entries.length) % Math.max(entries.length, 1))
    }
    if (event.key === 'Enter') choose(entries[index])
  }
  return (
    <>
      <div className="searchbox">
        <Icon name="search" size="s" />
        <input
          className="input"
          role="combobox"
          aria-expanded="true"
          aria-controls={id}
          aria-activedescendant={entries[index] === undefined ? undefined : `${id}-${entries[index].id}`}
          aria-label={t('palette.field')}
          placeholder={t('palette.field')}
          dir="auto"
          value={typed}
          onChange={(event) => {
            setTyped(event.target.value)
            setAt(0)
          }}
          onKeyDown={onKey}
        />
      </div>
      <div id={id} role="listbox" aria-label={t('palette.title')} className="palette-list">
        {entries.length === 0 ? <p className="none">{t('nothing_found')}</p> : null}
        {groups.map((group) => {
          const own = entries.filter((entry) => entry.group === group)
          if (own.length === 0) return null
          return (
            // biome-ignore lint/a11y/useSemanticElements: a group of options, not of fields
            <div key={group} role="group" aria-labelledby={`${id}-${group}`}>
              <h3 id={`${id}-${group}`}>{t(`palette.${group}`)}</h3>
              {own.map((entry) => (
                <Choice
                  key={entry.id}
                  id={`${id}-${entry.id}`}
                  entry={entry}
                  isAt={entry === entries[index]}
                  onChoose={() => choose(entry)}
                />
              ))}
            </div>
          )
        })}
      </div>
    </>
  )
}

function Choice({
  id,
  entry,
  isAt,
  onChoose,
}: {
  id: string
  entry: PaletteEntry
  isAt: boolean
  onChoose(): void
}) {
  const { label, icon, glyph, keys } = entry
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the field above has the focus and takes Enter
    <div
      id={id}
      role="option"
      tabIndex={-1}
      aria-selected={isAt}
      className={`opt ${isAt ? 'at' : ''}`}
      onClick={onChoose}
    >
      {icon === undefined ? null : <Icon name={icon} size="s" />}
      {glyph === undefined ? null : <Glyph name={glyph[0]} tone={glyph[1]} />}
      <bdi>{label}</bdi>
      {keys === undefined ? null : <kbd>{keys}</kbd>}
    </div>
  )
}
