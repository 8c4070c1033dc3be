import { useState } from 'react'
import { Button } from '../../kit/button.tsx'
import { Card } from '../../kit/card.tsx'
import { CurlBox } from '../../kit/curl.tsx'
import { useDraft } from '../../kit/draft.ts'
import { Select, TextArea, TextField } from '../../kit/field.tsx'
import { Form, useForm } from '../../kit/form.tsx'
import { SavedSwitch } from '../../kit/saved-switch.tsx'
import { showToast } from '../../kit/toasts.tsx'
import { usePermissions } from '../../shell/permissions.ts'
import { type Config, type ConfigChange, changeConfig } from './queries.ts'
import { useText } from './words.ts'

const brands: Record<string, string> = {
  openai: 'OpenAI',
  anthropic: 'Anthropic',
  groq: 'Groq',
  mistral: 'Mistral',
}

/** What can be kept as a draft: never the key. */
type Draft = Pick<
  Config,
  'provider' | 'base_url' | 'model' | 'embedding_model' | 'transcription_model' | 'system_prompt'
> & { budget: string }

const fields = [
  ...['provider', 'base_url', 'model', 'api_key', 'embedding_model', 'transcription_model'],
  ...['system_prompt', 'daily_token_budget'],
]

const textOrNull = (text: string | null) => (text === null || text.trim() === '' ? null : text.trim())

/** Only what was touched: another provider forgets what is not given with it. */
function changesOf(draft: Partial<Draft>, key: string): ConfigChange {
  const { budget, provider, ...texts } = draft
  return {
    ...(provider === undefined ? {} : { provider }),
    ...Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, textOrNull(text)])),
    ...(budget === undefined ? {} : { daily_token_budget: budget === '' ? null : Number(budget) }),
    ...(key === '' ? {} : { api_key: key }),
  }
}

/** Which models answer, by which key, how, and how much a day. */
export function ConfigForm({ config }: { config: Config }) {
  const t = useText()
  const form = useForm()
  const { isLead } = usePermissions()
  const [draft, change, drop] = useDraft<Draft>('ai.config')
  const [key, setKey] = useState('')
  const body = changesOf(draft, key)
  const provider = draft.provider === undefined ? config.provider : draft.provider
  const text = (name: 'base_url' | 'model' | 'embedding_model' | 'transcription_model' | 'system_prompt') =>
    (draft[name] === undefined ? config[name] : draft[name]) ?? ''
  const isSame = Object.keys(body).length === 0
  const refused = isLead ? (isSame ? t('nothing_changed') : undefined) : t('refused.role')
  return (
    <Card title={t('models.about')} text={t('models.about_text')}>
      <SavedSwitch
        label={t('models.enabled')}
        hint={t('models.enabled_hint')}
        checked={config.enabled}
        refused={isLead ? undefined : t('refused.role')}
        save={(enabled) => changeConfig({ enabled })}
      />
      <Form
        state={form}
        fields={fields}
        onSubmit={async () => {
          await changeConfig(body)
          setKey('')
          drop()
        }}
        onDone={() => showToast({ text: t('saved') })}
        footer={
          <Button type="submit" busy={form.isBusy} refused={refused}>
            {t('save')}
          </Button>
        }
      >
        <Select
          label={t('models.provider')}
          value={provider ?? ''}
          error={form.problem('provider')}
          onChange={({ target }) =>
            change({ provider: config.providers.find((name) => name === target.value) ?? null })
          }
          options={[
            { value: '', label: t('models.no_provider') },
            ...config.providers.map((name) => ({
              value: name,
              label: brands[name] ?? t('models.compatible'),
            })),
          ]}
        />
        {provider === 'compatible' ? (
          <TextField
            label={t('models.base_url')}
            hint={t('models.base_url_hint')}
            type="url"
            className="ltr mono"
            value={text('base_url')}
            error={form.problem('base_url')}
            onChange={(event) => change({ base_url: event.target.value })}
          />
        ) : null}
        <TextField
          label={t('models.key')}
          hint={
            config.has_api_key && provider === config.provider
              ? t('models.key_set', { hint: config.api_key_hint ?? '' })
              : t('models.key_none')
          }
          type="password"
          autoComplete="off"
          className="ltr mono"
          value={key}
          error={form.problem('api_key')}
          onChange={(event) => setKey(event.target.value)}
        />
        <TextField
          label={t('models.chat')}
          className="ltr mono"
          value={text('model')}
          error={form.problem('model')}
          onChange={(event) => change({ model: event.target.value })}
        />
        <OtherModels text={text} change={change} problem={form.problem} />
        <TextArea
          label={t('models.prompt')}
          hint={t('models.prompt_hint')}
          rows={4}
          maxLength={4000}
          value={text('system_prompt')}
          error={form.problem('system_prompt')}
          onChange={(event) => change({ system_prompt: event.target.value })}
        />
        <TextField
          label={t('models.budget')}
          hint={t('models.budget_hint')}
          type="number"
          min={0}
          value={draft.budget ?? String(config.daily_token_budget)}
          error={form.problem('daily_token_budget')}
          onChange={(event) => change({ budget: event.target.value })}
        />
        <details>
          <summary>{t('as_curl')}</summary>
          <CurlBox
            call={{
              method: 'patch',
              path: '/api/v2/ai/config',
              body: key === '' ? body : { ...body, api_key: '$PROVIDER_KEY' },
            }}
          />
        </details>
      </Form>
    </Card>
  )
}

function OtherModels({
  text,
  change,
  problem,
}: {
  text(name: 'embedding_model' | 'transcription_model'): string
  change(part: Partial<Draft>): void
  problem(field: string): string | undefined
}) {
  const t = useText()
  return (
    <>
      <TextField
        label={t('models.embedding')}
        hint={t('models.embedding_hint')}
        className="ltr mono"
        value={text('embedding_model')}
        error={problem('embedding_model')}
        onChange={(event) => change({ embedding_model: event.target.value })}
      />
      <TextField
        label={t('models.transcription')}
        hint={t('models.transcription_hint')}
        className="ltr mono"
        value={text('transcription_model')}
        error={problem('transcription_model')}
        onChange={(event) => change({ transcription_model: event.target.value })}
      />
    </>
  )
}
