import type { CurlCall } from '../../api/curl.ts'
import { Button } from '../../kit/button.tsx'
import { CurlBox } from '../../kit/curl.tsx'
import { useDraft } from '../../kit/draft.ts'
import { TextField } from '../../kit/field.tsx'
import { Form, useForm } from '../../kit/form.tsx'
import { showToast } from '../../kit/toasts.tsx'
import { useText } from './words.ts'

interface NumberFormProps<Name extends string> {
  /** Under which what is typed is kept. */
  name: string
  fields: readonly { name: Name; label: string; hint?: string; step?: string }[]
  current: Readonly<Record<Name, number>>
  refused: string | undefined
  /** Saves what was changed, and only that. */
  save(changes: Partial<Record<Name, number>>): Promise<void>
  curl: CurlCall
}

/** Numbers that are saved together. */
export function NumberForm<Name extends string>(props: NumberFormProps<Name>) {
  const { name, fields, current, refused, save, curl } = props
  const t = useText()
  const form = useForm()
  const [draft, change, drop] = useDraft<Record<string, string>>(name)
  const changed = fields.filter(
    (field) => draft[field.name] !== undefined && Number(draft[field.name]) !== current[field.name],
  )
  const body = Object.fromEntries(changed.map((field) => [field.name, Number(draft[field.name])])) as Partial<
    Record<Name, number>
  >
  return (
    <Form
      state={form}
      fields={fields.map((field) => field.name)}
      onSubmit={async () => {
        await save(body)
        drop()
      }}
      onDone={() => showToast({ text: t('saved') })}
      footer={
        <Button
          type="submit"
          busy={form.isBusy}
          refused={refused ?? (changed.length === 0 ? t('nothing_changed') : undefined)}
        >
          {t('save')}
        </Button>
      }
    >
      {fields.map((field) => (
        <TextField
          key={field.name}
          label={field.label}
          {...(field.hint === undefined ? {} : { hint: field.hint })}
          type="number"
          inputMode="decimal"
          step={field.step ?? '1'}
          readOnly={refused !== undefined}
          value={draft[field.name] ?? String(current[field.name])}
          error={form.problem(field.name)}
          onChange={(event) => change({ [field.name]: event.target.value })}
        />
      ))}
      <details>
        <summary>{t('as_curl')}</summary>
        <CurlBox call={{ ...curl, body }} />
      </details>
    </Form>
  )
}
