import { useState } from 'react'
import { useFormat } from '../../i18n/format.ts'
import { Button } from '../../kit/button.tsx'
import { Card } from '../../kit/card.tsx'
import { CurlBox } from '../../kit/curl.tsx'
import { TextField } from '../../kit/field.tsx'
import { Form, useForm } from '../../kit/form.tsx'
import { type Answer, searchSources } from './queries.ts'
import { useText } from './words.ts'

/** A question to the documents: the passages that a reply would be made of, and how they were found. */
export function KnowledgeSearch() {
  const t = useText()
  const form = useForm()
  const [question, setQuestion] = useState('')
  const [answer, setAnswer] = useState<Answer>()
  const text = question.trim()
  return (
    <Card title={t('search.title')}>
      <Form
        state={form}
        fields={['query']}
        onSubmit={async () => {
          if (text !== '') setAnswer(await searchSources(text))
        }}
        footer={
          <Button type="submit" busy={form.isBusy} refused={text === '' ? t('search.missing') : undefined}>
            {t('search.action')}
          </Button>
        }
      >
        <TextField
          label={t('search.label')}
          hint={t('search.hint')}
          dir="auto"
          maxLength={2000}
          value={question}
          error={form.problem('query')}
          onChange={(event) => setQuestion(event.target.value)}
        />
        <details>
          <summary>{t('as_curl')}</summary>
          <CurlBox
            call={{ method: 'post', path: '/api/v2/ai/knowledge/search', body: { query: text, top_k: 5 } }}
          />
        </details>
      </Form>
      <div role="status">{answer === undefined ? null : <Passages answer={answer} />}</div>
    </Card>
  )
}

function Passages({ answer: { results, mode, lexical_reason: reason } }: { answer: Answer }) {
  const t = useText()
  const format = useFormat()
  const how = reason === null ? t(`search.${mode}`) : `${t(`search.${mode}`)}: ${t(`search.${reason}`)}`
  return (
    <>
      <p className="mute small">{how}</p>
      {results.length === 0 ? (
        <p>{t('search.none')}</p>
      ) : (
        <ol className="passages">
          {results.map(
            ({ source_id: id, source_name: name, content_preview: text, metadata, similarity }) => (
              <li key={`${id} ${metadata.chunk}`}>
                <p dir="auto">{text}</p>
                <small className="mute">
                  <bdi>{name}</bdi>
                  {metadata.page === undefined ? null : ` · ${t('search.page', { page: metadata.page })}`} ·{' '}
                  {t('search.fits', { share: format.percent(Math.round(similarity * 100) / 100) })}
                </small>
              </li>
            ),
          )}
        </ol>
      )}
    </>
  )
}
