import { useState } from 'react'
import { Button } from '../../kit/button.tsx'
import { CurlBox } from '../../kit/curl.tsx'
import { Dialog } from '../../kit/dialog.tsx'
import { Select, TextArea, TextField } from '../../kit/field.tsx'
import { Form, type FormState, useForm } from '../../kit/form.tsx'
import {
  type Collector,
  type CollectorBody,
  changeCollector,
  createCollector,
  useSessions,
} from './queries.ts'
import { useText } from './words.ts'

const sources = ['all', 'groups', 'chats'] as const

const linesOf = (text: string) =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')

const startOf = (collector: Collector | undefined) => ({
  name: collector?.name ?? '',
  sessionId: collector?.session_id ?? '',
  source: collector?.source_type ?? 'all',
  words: String(collector?.min_positive_words ?? 3),
  score: String(collector?.min_sentiment_score ?? 0.6),
  include: collector?.include_keywords.join('\n') ?? '',
  exclude: collector?.exclude_keywords.join('\n') ?? '',
  auto: String(collector?.auto_approve_min_score ?? ''),
})
type Fields = ReturnType<typeof startOf>

const bodyOf = (fields: Fields): Omit<CollectorBody, 'session_id'> => ({
  name: fields.name.trim(),
  source_type: fields.source,
  min_positive_words: Number(fields.words),
  min_sentiment_score: Number(fields.score),
  include_keywords: linesOf(fields.include),
  exclude_keywords: linesOf(fields.exclude),
  auto_approve_min_score: fields.auto === '' ? null : Number(fields.auto),
})

/** Makes a collector, or changes one. */
export function CollectorDialog({ collector, onClose }: { collector?: Collector; onClose(): void }) {
  const t = useText()
  const form = useForm()
  const { data: sessions = [] } = useSessions()
  const [fields, setFields] = useState(() => startOf(collector))
  const change = (part: Partial<Fields>) => setFields((old) => ({ ...old, ...part }))
  const sessionId = fields.sessionId === '' ? (sessions[0]?.id ?? '') : fields.sessionId
  const body = bodyOf(fields)
  const path = '/api/v2/reviews/collectors'
  const send = () =>
    collector === undefined
      ? createCollector({ ...body, session_id: sessionId })
      : changeCollector(collector.id, body)
  return (
    <Dialog
      open
      onClose={onClose}
      title={t(collector === undefined ? 'collectors.new' : 'collectors.edit')}
      wide
    >
      <Form
        state={form}
        fields={['session_id', ...Object.keys(body)]}
        onSubmit={send}
        onDone={onClose}
        footer={
          <Button type="submit" look="primary" busy={form.isBusy}>
            {t(collector === undefined ? 'collectors.create' : 'save')}
          </Button>
        }
      >
        <TextField
          label={t('field.name')}
          dir="auto"
          maxLength={255}
          value={fields.name}
          error={form.problem('name')}
          onChange={(event) => change({ name: event.target.value })}
        />
        {collector === undefined ? (
          <Select
            label={t('field.session')}
            value={sessionId}
            error={form.problem('session_id')}
            onChange={(event) => change({ sessionId: event.target.value })}
            options={sessions.map(({ id, name }) => ({ value: id, label: name }))}
          />
        ) : null}
        <Criteria fields={fields} change={change} form={form} />
        <details>
          <summary>{t('as_curl')}</summary>
          <CurlBox
            call={
              collector === undefined
                ? { method: 'post', path, body: { ...body, session_id: sessionId } }
                : { method: 'patch', path: `${path}/{id}`, params: { path: { id: collector.id } }, body }
            }
          />
        </details>
      </Form>
    </Dialog>
  )
}

interface CriteriaProps {
  fields: Fields
  change(part: Partial<Fields>): void
  form: FormState
}

function Criteria({ fields, change, form }: CriteriaProps) {
  const t = useText()
  const lines = (name: 'include' | 'exclude', field: string) => (
    <TextArea
      label={t(`field.${name}`)}
      hint={t('field.lines')}
      rows={2}
      value={fields[name]}
      error={form.problem(field)}
      onChange={(event) => change({ [name]: event.target.value })}
    />
  )
  const number = (name: 'words' | 'score' | 'auto', field: string, hint?: string) => (
    <TextField
      label={t(`field.${name}`)}
      hint={hint}
      type="number"
      min={0}
      step="any"
      value={fields[name]}
      error={form.problem(field)}
      onChange={(event) => change({ [name]: event.target.value })}
    />
  )
  return (
    <>
      <Select
        label={t('field.source')}
        value={fields.source}
        error={form.problem('source_type')}
        onChange={({ target }) =>
          change({ source: sources.find((name) => name === target.value) ?? fields.source })
        }
        options={(fields.source === 'selected' ? [...sources, 'selected' as const] : sources).map(
          (value) => ({
            value,
            label: t(`source_type.${value}`),
          }),
        )}
      />
      {number('words', 'min_positive_words')}
      {number('score', 'min_sentiment_score', t('field.score_hint'))}
      {lines('include', 'include_keywords')}
      {lines('exclude', 'exclude_keywords')}
      {number('auto', 'auto_approve_min_score', t('field.auto_hint'))}
    </>
  )
}
