import { Button } from '../../kit/button.tsx'
import { CurlBox } from '../../kit/curl.tsx'
import { useDraft } from '../../kit/draft.ts'
import { TextField } from '../../kit/field.tsx'
import { Form, useForm } from '../../kit/form.tsx'
import { SavedSwitch } from '../../kit/saved-switch.tsx'
import { showToast } from '../../kit/toasts.tsx'
import { changePolicy, type Policy, type PolicyChange } from './queries.ts'
import { useText } from './words.ts'

/** What is looked for in every text, by what it would give away. */
const groups = {
  secrets: ['block_api_keys', 'block_tokens', 'block_private_keys', 'block_passwords'],
  personal: ['block_ssn', 'block_credit_cards', 'block_bank_accounts', 'block_emails', 'block_phone_numbers'],
  rest: ['block_urls', 'input_sanitization_enabled', 'output_filtering_enabled', 'log_blocked'],
} as const

interface ContentSettingsProps {
  policy: Policy
  refused: string | undefined
}

/** The built-in part of the content policy. */
export function ContentSettings({ policy, refused }: ContentSettingsProps) {
  const t = useText()
  return (
    <section className="card">
      <header>
        <h2>{t('content.settings')}</h2>
      </header>
      <div className="pad stack">
        <SavedSwitch
          label={t('content.enabled')}
          hint={t('content.enabled_hint')}
          refused={refused}
          checked={policy.enabled}
          save={(enabled) => changePolicy({ enabled })}
        />
        {(['secrets', 'personal', 'rest'] as const).map((group) => (
          <div key={group} className="fieldset">
            <h3 className="group-title">{t(`content.${group}`)}</h3>
            {groups[group].map((name) => (
              <SavedSwitch
                key={name}
                label={t(`content.${name}`)}
                checked={policy[name]}
                refused={refused}
                save={(isOn) => changePolicy({ [name]: isOn })}
              />
            ))}
          </div>
        ))}
        <Limits policy={policy} refused={refused} />
      </div>
    </section>
  )
}

interface Draft {
  max_message_length: string
  max_urls_per_message: string
  allowed_languages: string
}

/** What of the draft differs, as the API takes it: no number of links means no limit. */
function changesOf(draft: Partial<Draft>, policy: Policy): PolicyChange {
  const { max_message_length: length, max_urls_per_message: urls, allowed_languages: languages } = draft
  const list = languages?.split(/[\s,]+/).filter((code) => code !== '')
  const most = urls === undefined ? undefined : urls.trim() === '' ? null : Number(urls)
  return {
    ...(length === undefined || Number(length) === policy.max_message_length
      ? {}
      : { max_message_length: Number(length) }),
    ...(most === undefined || most === policy.max_urls_per_message ? {} : { max_urls_per_message: most }),
    ...(list === undefined || list.join() === policy.allowed_languages.join()
      ? {}
      : { allowed_languages: list }),
  }
}

function Limits({ policy, refused }: ContentSettingsProps) {
  const t = useText()
  const form = useForm()
  const [draft, change, drop] = useDraft<Draft>('content-policy')
  const body = changesOf(draft, policy)
  const field = (name: keyof Draft, current: string) => ({
    label: t(`content.${name}`),
    value: draft[name] ?? current,
    error: form.problem(name),
    onChange: (event: React.ChangeEvent<HTMLInputElement>) => change({ [name]: event.target.value }),
  })
  return (
    <Form
      state={form}
      fields={['max_message_length', 'max_urls_per_message', 'allowed_languages']}
      onSubmit={async () => {
        await changePolicy(body)
        drop()
      }}
      onDone={() => showToast({ text: t('saved') })}
      footer={
        <Button
          type="submit"
          busy={form.isBusy}
          refused={refused ?? (Object.keys(body).length === 0 ? t('nothing_changed') : undefined)}
        >
          {t('save')}
        </Button>
      }
    >
      <TextField
        {...field('max_message_length', String(policy.max_message_length))}
        type="number"
        inputMode="numeric"
        min={1}
      />
      <TextField
        {...field('max_urls_per_message', String(policy.max_urls_per_message ?? ''))}
        type="number"
        inputMode="numeric"
        min={0}
        hint={t('content.urls_hint')}
      />
      <TextField
        {...field('allowed_languages', policy.allowed_languages.join(', '))}
        className="ltr mono"
        autoCapitalize="none"
        spellCheck={false}
        hint={t('content.languages_hint')}
      />
      <details>
        <summary>{t('as_curl')}</summary>
        <CurlBox call={{ method: 'put', path: '/api/v2/a2a-policy/settings', body }} />
      </details>
    </Form>
  )
}
