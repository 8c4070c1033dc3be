import { useState } from 'react'
import { useFormat } from '../../i18n/format.ts'
import { Button } from '../../kit/button.tsx'
import { Card } from '../../kit/card.tsx'
import { useForm } from '../../kit/form.tsx'
import { State } from '../../kit/icon.tsx'
import { ErrorNote } from '../../kit/notes.tsx'
import { type ConfigTest, testConfig } from './queries.ts'
import { useText } from './words.ts'

const parts = ['chat', 'structured', 'embeddings', 'transcription'] as const
const looks = {
  works: ['ok', 'ok', 'test.works'],
  failed: ['tri', 'bad', 'test.is_failed'],
  not_configured: ['ring', 'off', 'test.not_configured'],
} as const

/** Asks the models, and says what works and what the provider says of what does not. */
export function ModelsTest({ isSet }: { isSet: boolean }) {
  const t = useText()
  const form = useForm()
  const [result, setResult] = useState<ConfigTest>()
  return (
    <Card title={t('test.title')} text={t('test.text')}>
      <div role="status">{result === undefined ? null : <Result result={result} />}</div>
      {form.error === undefined ? null : <ErrorNote error={form.error} title={t('test.failed')} />}
      <div className="tools">
        <Button
          icon="refresh"
          busy={form.isBusy}
          refused={isSet ? undefined : t('test.not_configured')}
          onClick={() => void form.submit(async () => setResult(await testConfig()))}
        >
          {t('test.action')}
        </Button>
      </div>
    </Card>
  )
}

function Result({ result }: { result: ConfigTest }) {
  const t = useText()
  const format = useFormat()
  return (
    <>
      <ul className="tested">
        {parts.map((part) => {
          const { status, model, problem: detail, duration_ms: took } = result[part]
          const [shape, tone, words] = looks[status]
          return (
            <li key={part}>
              <b>{t(`test.${part}`)}</b>
              <State shape={shape} tone={tone}>
                {t(words)}
              </State>
              {model === null ? null : (
                <small className="mute">
                  <span className="mono ltr">{model}</span>
                  {took === null ? null : ` · ${format.duration(took)}`}
                </small>
              )}
              {detail === null ? null : (
                <p className="small breaks" dir="auto">
                  {detail}
                </p>
              )}
            </li>
          )
        })}
      </ul>
      <p className="mute small">{t('test.tokens', { count: result.tokens_used })}</p>
    </>
  )
}
