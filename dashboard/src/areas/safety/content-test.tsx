import { useEffect, useState } from 'react'
import { queries } from '../../api/client.ts'
import { TextArea } from '../../kit/field.tsx'
import { State } from '../../kit/icon.tsx'
import { ErrorNote } from '../../kit/notes.tsx'
import { testPolicy } from './queries.ts'
import { useText } from './words.ts'

type Verdict = NonNullable<Awaited<ReturnType<typeof testPolicy>>>

/** What is known about a text; it is about the text that stands beside it, or it is not shown. */
interface Known {
  text: string
  verdict?: Verdict | undefined
  error?: unknown
}

const quietMs = 250

/** Says what the policy would do with a text, while one types. Nothing is sent, counted or kept. */
export function ContentTest() {
  const t = useText()
  const [text, setText] = useState('')
  const [known, setKnown] = useState<Known>()
  const [round, setRound] = useState(0)
  // A rule or a switch that changed may change the verdict.
  const { dataUpdatedAt } = queries.useQuery('get', '/api/v2/a2a-policy/settings')
  // biome-ignore lint/correctness/useExhaustiveDependencies: asked again when the policy changed, or after a failure
  useEffect(() => {
    if (text.trim() === '') return setKnown(undefined)
    const stop = new AbortController()
    const timer = setTimeout(() => {
      testPolicy(text, stop.signal).then(
        (verdict) => setKnown({ text, verdict }),
        (error) => stop.signal.aborted || setKnown({ text, error }),
      )
    }, quietMs)
    return () => {
      clearTimeout(timer)
      stop.abort()
    }
  }, [text, round, dataUpdatedAt])
  return (
    <section className="card">
      <header>
        <h2>{t('test.title')}</h2>
      </header>
      <div className="pad stack">
        <TextArea
          label={t('test.label')}
          hint={t('test.hint')}
          rows={3}
          maxLength={65_536}
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
        <div role="status" aria-live="polite">
          {known === undefined ? null : known.verdict === undefined ? null : (
            <Result verdict={known.verdict} />
          )}
        </div>
        {known?.error === undefined ? null : (
          <ErrorNote error={known.error} title={t('test.failed')} onRetry={() => setRound(round + 1)} />
        )}
      </div>
    </section>
  )
}

function Result({ verdict }: { verdict: Verdict }) {
  const t = useText()
  const { data: policy } = queries.useQuery('get', '/api/v2/a2a-policy/settings')
  const { allowed, matched_rules: matched } = verdict
  const nameOf = (rule: string) => {
    const [kind, name = ''] = rule.split(':')
    if (kind === 'rule') return policy?.rules.find(({ id }) => id === name)?.name ?? name
    return t.of(`content.${name}`)
  }
  return (
    <div className="verdict">
      <State shape={allowed ? 'ok' : 'oct'} tone={allowed ? 'ok' : 'bad'} loud>
        {t(allowed ? 'test.allowed' : 'test.blocked')}
      </State>
      {matched.length === 0 ? null : (
        <ul className="matched">
          {matched.map((rule) => (
            <li key={rule} className="tag">
              <bdi>{nameOf(rule)}</bdi>
            </li>
          ))}
        </ul>
      )}
      {verdict.blocked_reason === null ? null : <p className="soft">{verdict.blocked_reason}</p>}
      {allowed && matched.length > 0 ? (
        <p>
          {t('test.as_sent')} <bdi>{verdict.filtered_content}</bdi>
        </p>
      ) : null}
    </div>
  )
}
