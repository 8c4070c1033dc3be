import { Button } from '../../kit/button.tsx'
import { CurlBox } from '../../kit/curl.tsx'
import { useDraft } from '../../kit/draft.ts'
import { TextField } from '../../kit/field.tsx'
import { Form, useForm } from '../../kit/form.tsx'
import { showToast } from '../../kit/toasts.tsx'
import { type AntispamSettings, changeAntispam } from './queries.ts'
import { useText } from './words.ts'

/** Numbers of anti-spam in their order. */
const limits = [
  'rate_limit',
  'rate_limit_window',
  'duplicate_window',
  'max_violations',
  'delay_seconds',
] as const
type Limit = (typeof limits)[number]

/** How much is too much. Only what was changed is sent. */
export function AntispamLimits({ settings }: { settings: AntispamSettings }) {
  const t = useText()
  const form = useForm()
  const [draft, change, drop] = useDraft<Record<Limit, string>>('antispam')
  const changed = limits.filter((name) => draft[name] !== undefined && Number(draft[name]) !== settings[name])
  const body: Partial<AntispamSettings> = Object.fromEntries(
    changed.map((name) => [name, Number(draft[name])]),
  )
  return (
    <Form
      state={form}
      fields={limits}
      onSubmit={async () => {
        await changeAntispam(body)
        drop()
      }}
      onDone={() => showToast({ text: t('saved') })}
      footer={
        <Button
          type="submit"
          busy={form.isBusy}
          refused={changed.length === 0 ? t('nothing_changed') : undefined}
        >
          {t('save')}
        </Button>
      }
    >
      {limits.map((name) => (
        <TextField
          key={name}
          label={t(`antispam.${name}`)}
          type="number"
          inputMode="numeric"
          min={1}
          value={draft[name] ?? String(settings[name])}
          error={form.problem(name)}
          onChange={(event) => change({ [name]: event.target.value })}
        />
      ))}
      <details>
        <summary>{t('as_curl')}</summary>
        <CurlBox call={{ method: 'put', path: '/api/v2/antispam/settings', body }} />
      </details>
    </Form>
  )
}
