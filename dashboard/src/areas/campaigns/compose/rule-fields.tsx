import { useFormat } from '../../../i18n/format.ts'
import { Select, Switch, TextField } from '../../../kit/field.tsx'
import { useMinute } from '../../../shell/clock.tsx'
import { useText } from '../words.ts'
import type { DraftFields } from './audience-fields.tsx'
import { estimateEnd } from './estimate.ts'

/** When nothing leaves, until when it is worth sending, and when it will be done. */
export function RuleFields({ draft, people, onChange, problem }: DraftFields & { people: number }) {
  const t = useText()
  const format = useFormat()
  const now = useMinute()
  const { quiet } = draft
  const end = estimateEnd(people, now.getTime(), draft.isQuiet ? quiet : null, format.timeZone)
  return (
    <section className="card" aria-labelledby="h-rules">
      <header>
        <h2 id="h-rules">{t('compose.when')}</h2>
      </header>
      <div className="pad stack">
        <Switch
          label={t('field.quiet')}
          hint={t('field.quiet_hint')}
          checked={draft.isQuiet}
          onChange={(event) => onChange({ isQuiet: event.target.checked })}
        />
        {draft.isQuiet ? (
          <div className="time-pair">
            <TextField
              label={t('field.quiet_from')}
              type="time"
              value={quiet.start}
              error={problem('quiet_hours')}
              onChange={(event) => onChange({ quiet: { ...quiet, start: event.target.value } })}
            />
            <TextField
              label={t('field.quiet_to')}
              type="time"
              value={quiet.end}
              onChange={(event) => onChange({ quiet: { ...quiet, end: event.target.value } })}
            />
            <div className="wide">
              <Select
                label={t('field.clock')}
                value={draft.clock}
                onChange={(event) =>
                  onChange({ clock: event.target.value === 'tenant' ? 'tenant' : 'recipient' })
                }
                options={[
                  { value: 'recipient', label: t('clock.recipient') },
                  { value: 'tenant', label: t('clock.tenant', { zone: format.timeZone }) },
                ]}
              />
            </div>
          </div>
        ) : null}
        <TextField
          label={t('field.before')}
          hint={t('field.before_hint', { zone: format.timeZone })}
          type="datetime-local"
          className="ltr"
          value={draft.sendBefore}
          error={problem('send_before')}
          onChange={(event) => onChange({ sendBefore: event.target.value })}
        />
        <p className="soft" role="status" data-estimate>
          {t('pace')}{' '}
          {people > 1
            ? t('estimate', { count: people, number: format.number(people), when: format.planned(end) })
            : null}
        </p>
      </div>
    </section>
  )
}
