import { useMemo, useState } from 'react'
import { useFormat } from '../../../i18n/format.ts'
import { useLanguage } from '../../../i18n/language-context.tsx'
import { Button } from '../../../kit/button.tsx'
import { Combobox } from '../../../kit/combobox.tsx'
import { Form, useForm } from '../../../kit/form.tsx'
import { type ImportReport, importFile } from '../queries.ts'
import { useText } from '../words.ts'
import { countryCodes } from './countries.ts'
import type { CsvHead } from './csv-head.ts'
import { columnsOf, guessRoles, hasNoHeader, type Role } from './mapping.ts'

interface ImportFormProps {
  listId: string
  file: File
  head: CsvHead
  onOther(): void
  onDone(report: ImportReport): void
}

const roleNames = ['phone', 'name', 'value', 'skip'] as const

/** The beginning of the file with what each column becomes. */
export function ImportForm({ listId, file, head, onOther, onDone }: ImportFormProps) {
  const t = useText()
  const format = useFormat()
  const form = useForm()
  const [roles, setRoles] = useState(() => guessRoles(head.rows))
  const [country, setCountry] = useState<string>()
  const countries = useCountries()
  const refused = roles.includes('phone') ? undefined : t('import.no_phone')
  return (
    <Form
      state={form}
      fields={['default_country']}
      onSubmit={async () => {
        if (refused !== undefined) return
        const { delimiter, encoding, rows } = head
        const columns = columnsOf(rows[0] ?? [], roles)
        const report = await importFile(listId, file, {
          columns,
          delimiter,
          encoding,
          defaultCountry: country ?? '',
        })
        if (report !== undefined) onDone(report)
      }}
      footer={
        <>
          <Button onClick={onOther}>{t('import.other')}</Button>
          <Button type="submit" look="primary" busy={form.isBusy} refused={refused}>
            {form.isBusy ? t('import.busy') : t('import.action')}
          </Button>
        </>
      }
    >
      <p>
        <b>
          <bdi>{file.name}</bdi>
        </b>{' '}
        <span className="mute">
          {t('import.about', {
            size: format.bytes(file.size),
            delimiter: t.of(`delimiter.${delimiterName(head.delimiter)}`),
            encoding: head.encoding.toUpperCase(),
          })}
        </span>
      </p>
      <Preview head={head} roles={roles} onRole={(index, role) => setRoles(withRole(roles, index, role))} />
      <p className="hint">{t('import.roles_hint')}</p>
      <Combobox
        label={t('import.country')}
        hint={t('import.country_hint')}
        options={countries}
        value={country}
        error={form.problem('default_country')}
        onChange={setCountry}
      />
    </Form>
  )
}

const delimiterName = (delimiter: string) =>
  ({ ',': 'comma', ';': 'semicolon', '\t': 'tab', '|': 'bar' })[delimiter] ?? 'other'

/** There is one number and one name: the column that had it becomes a value. */
function withRole(roles: readonly Role[], index: number, role: Role): Role[] {
  const isSingle = role === 'phone' || role === 'name'
  return roles.map((before, at) => {
    if (at === index) return role
    return isSingle && before === role ? 'value' : before
  })
}

function useCountries() {
  const { tag } = useLanguage()
  return useMemo(() => {
    const names = new Intl.DisplayNames(tag, { type: 'region' })
    const options = countryCodes.map((code) => ({ value: code, label: names.of(code) ?? code }))
    return options.toSorted((a, b) => a.label.localeCompare(b.label, tag))
  }, [tag])
}

interface PreviewProps {
  head: CsvHead
  roles: readonly Role[]
  onRole(index: number, role: Role): void
}

function Preview({ head, roles, onRole }: PreviewProps) {
  const t = useText()
  const [first = [], ...rest] = head.rows
  const isBare = hasNoHeader(head.rows)
  const body = isBare ? head.rows : rest
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keys
    <section className="card preview" tabIndex={0} aria-label={t('import.preview')}>
      <table className="table">
        <thead>
          <tr>
            {first.map((cell, index) => {
              const name = isBare || cell.trim() === '' ? t('import.column', { number: index + 1 }) : cell
              return (
                // biome-ignore lint/suspicious/noArrayIndexKey: columns of a file are known by their place
                <th key={index} scope="col">
                  <bdi>{name}</bdi>
                  <select
                    className="input select"
                    aria-label={t('import.role_of', { name })}
                    value={roles[index]}
                    onChange={(event) => onRole(index, event.target.value as Role)}
                  >
                    {roleNames.map((role) => (
                      <option key={role} value={role}>
                        {t(`role.${role}`)}
                      </option>
                    ))}
                  </select>
                </th>
              )
            })}
          </tr>
        </thead>
        <tbody>
          {body.map((row, at) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: rows of a file are known by their place
            <tr key={at}>
              {first.map((_, index) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: as their columns
                <td key={index} className={roles[index] === 'skip' ? 'mute' : ''}>
                  <bdi>{row[index]}</bdi>
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}
