import { Button } from '../../kit/button.tsx'
import { Card } from '../../kit/card.tsx'
import { CurlBox } from '../../kit/curl.tsx'
import { useDraft } from '../../kit/draft.ts'
import { FieldGroup, Select, TextArea, TextField } from '../../kit/field.tsx'
import { Form, useForm } from '../../kit/form.tsx'
import { showToast } from '../../kit/toasts.tsx'
import { changeReplySettings, type ReplyChange, type ReplySettings } from './queries.ts'
import { useText } from './words.ts'

const timing = [
  ['debounce_seconds', 'replies.debounce'],
  ['pause_hours', 'replies.pause'],
  ['hand_over_hours', 'replies.hand_over'],
] as const
const limits = [
  ['max_per_chat_per_day', 'replies.per_chat'],
  ['max_per_day', 'replies.per_day'],
  ['max_turns', 'replies.max_turns'],
] as const
type NumberName = (typeof timing)[number][0] | (typeof limits)[number][0]

type Draft = Record<NumberName, string> & {
  disclosure: string
  hand_over_message: string
  words: string
  when_unknown: ReplySettings['when_unknown']
}

const textOrNull = (text: string) => (text.trim() === '' ? null : text.trim())
const numberNames: readonly NumberName[] = [...timing, ...limits].map(([name]) => name)

/** Only what was touched. */
function changesOf(draft: Partial<Draft>): ReplyChange {
  const words = draft.words
    ?.split('\n')
    .map((word) => word.trim())
    .filter((word) => word !== '')
  const numbers = numberNames.flatMap((name) => {
    const text = draft[name]
    return text === undefined || text === '' ? [] : [[name, Number(text)] as const]
  })
  return {
    ...Object.fromEntries(numbers),
    ...(draft.disclosure === undefined ? {} : { disclosure: textOrNull(draft.disclosure) }),
    ...(draft.hand_over_message === undefined
      ? {}
      : { hand_over_message: textOrNull(draft.hand_over_message) }),
    ...(words === undefined ? {} : { hand_over_words: words.length === 0 ? null : words }),
    ...(draft.when_unknown === undefined ? {} : { when_unknown: draft.when_unknown }),
  }
}

interface RepliesFormProps {
  sessionId: string
  settings: ReplySettings
  refused: string | undefined
}

/** When it answers, how often, and with which words it hands over. */
export function RepliesForm({ sessionId, settings, refused }: RepliesFormProps) {
  const t = useText()
  const form = useForm()
  const [draft, change, drop] = useDraft<Draft>(`ai.replies.${sessionId}`)
  const body = changesOf(draft)
  const isSame = Object.keys(body).length === 0
  const numbers = (fields: typeof timing | typeof limits) => (
    <div className="three">
      {fields.map(([name, label]) => (
        <TextField
          key={name}
          label={t(label)}
          type="number"
          min={0}
          step="any"
          value={draft[name] ?? String(settings[name])}
          error={form.problem(name)}
          onChange={(event) => change({ [name]: event.target.value })}
        />
      ))}
    </div>
  )
  return (
    <Card title={t('replies.timing')}>
      <Form
        state={form}
        fields={[...numberNames, 'disclosure', 'hand_over_message', 'hand_over_words', 'when_unknown']}
        onSubmit={async () => {
          await changeReplySettings(sessionId, body)
          drop()
        }}
        onDone={() => showToast({ text: t('saved') })}
        footer={
          <Button
            type="submit"
            busy={form.isBusy}
            refused={refused ?? (isSame ? t('nothing_changed') : undefined)}
          >
            {t('save')}
          </Button>
        }
      >
        {numbers(timing)}
        <FieldGroup legend={t('replies.limits')}>{numbers(limits)}</FieldGroup>
        <Select
          label={t('replies.unknown')}
          value={draft.when_unknown ?? settings.when_unknown}
          onChange={({ target }) =>
            change({ when_unknown: target.value === 'silent' ? 'silent' : 'hand_over' })
          }
          options={(['hand_over', 'silent'] as const).map((value) => ({
            value,
            label: t(`replies.unknown_${value}`),
          }))}
        />
        <TextArea
          label={t('replies.disclosure')}
          hint={t('replies.disclosure_hint')}
          rows={2}
          maxLength={500}
          value={draft.disclosure ?? settings.disclosure ?? ''}
          error={form.problem('disclosure')}
          onChange={(event) => change({ disclosure: event.target.value })}
        />
        <TextArea
          label={t('replies.hand_over_message')}
          hint={t('replies.hand_over_message_hint')}
          rows={2}
          maxLength={1000}
          value={draft.hand_over_message ?? settings.hand_over_message ?? ''}
          error={form.problem('hand_over_message')}
          onChange={(event) => change({ hand_over_message: event.target.value })}
        />
        <TextArea
          label={t('replies.words')}
          hint={t('replies.words_hint')}
          rows={3}
          value={draft.words ?? settings.hand_over_words?.join('\n') ?? ''}
          error={form.problem('hand_over_words')}
          onChange={(event) => change({ words: event.target.value })}
        />
        <details>
          <summary>{t('as_curl')}</summary>
          <CurlBox
            call={{
              method: 'patch',
              path: '/api/v2/ai/auto-replies/{session_id}',
              params: { path: { session_id: sessionId } },
              body,
            }}
          />
        </details>
      </Form>
    </Card>
  )
}
