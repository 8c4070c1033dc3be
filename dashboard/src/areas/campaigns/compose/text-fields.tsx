import { useRef, useState } from 'react'
import { useFormat } from '../../../i18n/format.ts'
import { Button } from '../../../kit/button.tsx'
import { TextArea, TextField } from '../../../kit/field.tsx'
import { Segments } from '../../../kit/filters.tsx'
import { Menu } from '../../../kit/menu.tsx'
import { letterOf } from '../campaign-texts.tsx'
import { placeholdersOf } from '../placeholders.tsx'
import { useList } from '../queries.ts'
import { useText } from '../words.ts'
import type { DraftFields } from './audience-fields.tsx'

const longest = 4096
const mostVariants = 10

/** The text or its variants, with placeholders for what is different for everybody. */
export function TextFields({ draft, onChange, problem }: DraftFields) {
  const t = useText()
  const format = useFormat()
  const [at, setAt] = useState(0)
  const { texts } = draft
  const place = Math.min(at, texts.length - 1)
  const text = texts[place] ?? ''
  const area = useRef<HTMLDivElement>(null)
  const names = useNames(draft.groupId)
  const missing = useUnfilled(draft.groupId, texts)
  const write = (next: string) =>
    onChange({ texts: texts.map((old, index) => (index === place ? next : old)) })

  /** Puts a placeholder where the caret is, and selects its fallback to be written over. */
  function insert(name: string) {
    const field = area.current?.querySelector('textarea')
    const [start, end] = [field?.selectionStart ?? text.length, field?.selectionEnd ?? text.length]
    const fallback = name === 'phone' ? '' : t('fallback')
    const inserted = fallback === '' ? `{{${name}}}` : `{{${name}|${fallback}}}`
    write(text.slice(0, start) + inserted + text.slice(end))
    requestAnimationFrame(() => {
      field?.focus()
      const from = start + name.length + 3
      field?.setSelectionRange(
        fallback === '' ? start + inserted.length : from,
        start + inserted.length - (fallback === '' ? 0 : 2),
      )
    })
  }
  return (
    <section className="card" aria-labelledby="h-words">
      <header>
        <h2 id="h-words">{t('compose.what')}</h2>
      </header>
      <div className="pad stack" ref={area}>
        <div className="text-tools">
          {texts.length > 1 ? (
            <Segments
              label={t('variants')}
              value={String(place)}
              onChange={(value) => setAt(Number(value))}
              options={texts.map((_, index) => ({ value: String(index), label: letterOf(index) }))}
            />
          ) : null}
          <Button
            icon="plus"
            refused={texts.length >= mostVariants ? t('variants.most') : undefined}
            onClick={() => {
              onChange({ texts: [...texts, ''] })
              setAt(texts.length)
            }}
          >
            {t('variants.add')}
          </Button>
          {texts.length > 1 ? (
            <Button
              look="quiet"
              onClick={() => onChange({ texts: texts.filter((_, index) => index !== place) })}
            >
              {t('variants.remove', { letter: letterOf(place) })}
            </Button>
          ) : null}
          <span className="sp" />
          <Menu
            title={t('insert.title')}
            trigger={<Button icon="tag">{t('insert')}</Button>}
            groups={[
              names.map((name) => ({
                id: name,
                label: <span className="mono ltr">{name}</span>,
                onSelect: () => insert(name),
              })),
            ]}
          />
        </div>
        <TextArea
          label={texts.length > 1 ? t('field.variant', { letter: letterOf(place) }) : t('field.text')}
          hint={t('field.text_hint')}
          rows={6}
          maxLength={longest}
          value={text}
          error={problem('message_content') ?? problem('variants')}
          onChange={(event) => write(event.target.value)}
        />
        <p className="mute small num end">
          {t('characters', { count: format.number([...text].length), most: format.number(longest) })}
        </p>
        {missing.map(({ name, count, isKnown }) => (
          <p key={name} className="warn small" role="status">
            {isKnown
              ? t.rich('unfilled.some', { name: <b className="mono ltr">{name}</b>, count })
              : t.rich('unfilled.unknown', { name: <b className="mono ltr">{name}</b> })}
          </p>
        ))}
        <TextField
          label={t('field.media')}
          hint={t('field.media_hint')}
          type="url"
          className="ltr mono"
          value={draft.mediaUrl}
          error={problem('media_url')}
          onChange={(event) => onChange({ mediaUrl: event.target.value })}
        />
      </div>
    </section>
  )
}

/** Names that placeholders may have: the usual ones and the variables of the first people. */
function useNames(groupId: string): string[] {
  const { data } = useList(groupId)
  const own = new Set((data?.people ?? []).flatMap(({ variables }) => Object.keys(variables)))
  return ['name', 'phone', ...own]
}

/** Placeholders without a fallback that some or all of the first people have no value for. */
function useUnfilled(groupId: string, texts: readonly string[]) {
  const { data } = useList(groupId)
  const people = data?.people ?? []
  if (people.length === 0) return []
  const bare = texts.flatMap(placeholdersOf).filter(({ fallback }) => fallback === undefined)
  const names = [...new Set(bare.map(({ name }) => name))].filter((name) => name !== 'phone')
  return names.flatMap((name) => {
    const has = (person: (typeof people)[number]) =>
      name === 'name'
        ? person.name !== null
        : Object.entries(person.variables).some(([key, value]) => key.toLowerCase() === name && value !== '')
    const count = people.filter((person) => !has(person)).length
    return count === 0 ? [] : [{ name, count, isKnown: count < people.length || name === 'name' }]
  })
}
