import { useEffect, useState } from 'react'
import { Segments } from '../../kit/filters.tsx'
import { Loaded } from '../../kit/loaded.tsx'
import { type PreviewBody, usePreview } from './queries.ts'
import { ReportContent } from './report-content.tsx'
import { ComingTime } from './report-words.tsx'
import { useText } from './words.ts'

const quietMs = 400

/** A value once it has been still for a moment: not every key is a question to the server. */
function useQuiet<Value>(value: Value): Value {
  const [quiet, setQuiet] = useState(value)
  const key = JSON.stringify(value)
  // biome-ignore lint/correctness/useExhaustiveDependencies: what it says counts, not which object says it
  useEffect(() => {
    const timer = setTimeout(() => setQuiet(value), quietMs)
    return () => clearTimeout(timer)
  }, [key])
  return quiet
}

/** What the report would say now and when it would come, as the server counts it. */
export function ReportPreview({ body, zone }: { body: PreviewBody; zone: string }) {
  const t = useText()
  const [look, setLook] = useState<'page' | 'text'>('page')
  const query = usePreview(useQuiet(body), true)
  return (
    <section className="report-preview" aria-labelledby="h-preview">
      <div className="tools">
        <h2 id="h-preview">{t('preview')}</h2>
        <Segments
          label={t('preview.look')}
          value={look}
          onChange={(next) => setLook(next)}
          options={[
            { value: 'page', label: t('look.page') },
            { value: 'text', label: t('look.text') },
          ]}
        />
      </div>
      <Loaded query={query} title={t('preview.failed')}>
        {({ content, text, next_runs: runs }) => (
          <div className="stack">
            {runs.length === 0 ? null : (
              <div className="coming-runs" role="status">
                <b>{t('next', { count: runs.length })}</b>
                <ol>
                  {runs.map((at) => (
                    <li key={at}>
                      <ComingTime at={at} zone={zone} />
                    </li>
                  ))}
                </ol>
              </div>
            )}
            {look === 'page' ? (
              <ReportContent content={content} file={content.template_id} />
            ) : (
              <MessageText text={text} />
            )}
          </div>
        )}
      </Loaded>
    </section>
  )
}

/** A report as the message that WhatsApp shows. */
export function MessageText({ text }: { text: string }) {
  return (
    <pre className="report-text" dir="auto">
      {text}
    </pre>
  )
}
