import { Checkbox, FieldGroup, Radio, Select, Switch, TextArea, TextField } from '../../../kit/field.tsx'
import { useText } from '../words.ts'
import type { EditorFields } from './target-fields.tsx'

const longest = 4096

/** What is sent. */
export function MessageFields({ fields, onChange, problem }: EditorFields) {
  const t = useText()
  return (
    <section className="card" aria-labelledby="h-message">
      <header>
        <h2 id="h-message">{t('section.message')}</h2>
      </header>
      <div className="pad stack">
        {fields.variants === null ? (
          <TextArea
            label={t('field.text')}
            hint={t(
              fields.target === 'list' || fields.target === 'person'
                ? 'field.text_hint'
                : 'field.text_hint_many',
            )}
            rows={5}
            maxLength={longest}
            value={fields.text}
            error={problem('message_content')}
            onChange={(event) => onChange({ text: event.target.value })}
          />
        ) : (
          fields.variants.map((text) => (
            <p key={text} className="schedule-text" dir="auto">
              {text}
            </p>
          ))
        )}
        <TextField
          label={t('field.media')}
          hint={t('field.media_hint')}
          type="url"
          className="ltr mono"
          value={fields.mediaUrl}
          error={problem('media_url')}
          onChange={(event) => onChange({ mediaUrl: event.target.value })}
        />
      </div>
    </section>
  )
}

const limits = ['60', '180', '720', '1440', '4320']

/** What happens when a run is late, and what is spared. */
export function PolicyFields({ fields, onChange, problem }: EditorFields) {
  const t = useText()
  const isList = fields.target === 'list'
  const within = fields.withinMinutes
  const options = within === '' || limits.includes(within) ? limits : [...limits, within]
  return (
    <section className="card" aria-labelledby="h-policy">
      <header>
        <h2 id="h-policy">{t('section.policy')}</h2>
      </header>
      <div className="pad stack">
        <FieldGroup legend={t('field.missed')}>
          {(['run_once', 'skip'] as const).map((value) => (
            <Radio
              key={value}
              name="missed"
              label={t(`missed.${value}`)}
              hint={t(`missed.${value}_hint`)}
              checked={fields.missed === value}
              onChange={() => onChange({ missed: value })}
            />
          ))}
        </FieldGroup>
        {isList ? (
          <>
            <Checkbox
              label={t('field.once')}
              hint={t('field.once_hint')}
              checked={fields.isOnce}
              onChange={(event) => onChange({ isOnce: event.target.checked })}
            />
            <Switch
              label={t('field.quiet')}
              hint={t('field.quiet_hint')}
              checked={fields.isQuiet}
              onChange={(event) => onChange({ isQuiet: event.target.checked })}
            />
            {fields.isQuiet ? (
              <div className="time-row">
                <TextField
                  label={t('field.quiet_from')}
                  type="time"
                  value={fields.quietStart}
                  error={problem('quiet_hours')}
                  onChange={(event) => onChange({ quietStart: event.target.value })}
                />
                <TextField
                  label={t('field.quiet_to')}
                  type="time"
                  value={fields.quietEnd}
                  onChange={(event) => onChange({ quietEnd: event.target.value })}
                />
              </div>
            ) : null}
          </>
        ) : null}
        <Select
          label={t('field.within')}
          value={within}
          error={problem('send_within_minutes')}
          onChange={(event) => onChange({ withinMinutes: event.target.value })}
          options={[
            { value: '', label: t('within.none') },
            ...options.map((value) => ({ value, label: t('within', { hours: Number(value) / 60 }) })),
          ]}
        />
      </div>
    </section>
  )
}
