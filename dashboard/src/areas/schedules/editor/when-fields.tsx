import { useFormat } from '../../../i18n/format.ts'
import { Segments } from '../../../kit/filters.tsx'
import { useReason } from '../../../kit/notes.tsx'
import { isWhole, type Rule, ruleKinds, toRuleBody } from '../../../kit/rule.ts'
import { RuleFields } from '../../../kit/rule-fields.tsx'
import { placeOf, useRuleWords } from '../../../kit/rule-words.ts'
import { useRule } from '../queries.ts'
import { Planned } from '../rule-words.tsx'
import { useText } from '../words.ts'
import type { EditorFields } from './target-fields.tsx'

const kinds = ruleKinds.filter((kind) => kind !== 'now')

/** How often, and when; said in words, with the next runs as the server counts them. */
export function WhenFields({ fields, onChange, problem }: EditorFields) {
  const t = useText()
  const { rule } = fields
  return (
    <section className="card" aria-labelledby="h-when">
      <header>
        <h2 id="h-when">{t('section.when')}</h2>
      </header>
      <div className="pad stack">
        <div className="tools">
          <Segments
            label={t('field.kind')}
            value={rule.kind}
            onChange={(kind) => onChange({ rule: { ...rule, kind } })}
            options={kinds.map((value) => ({ value, label: t(`kind.${value}`) }))}
          />
        </div>
        <RuleFields rule={rule} onChange={(next) => onChange({ rule: next })} problem={problem} />
        <NextRuns rule={rule} />
      </div>
    </section>
  )
}

/** The rule in words, then its next five runs in the tenant's zone. */
function NextRuns({ rule }: { rule: Rule }) {
  const t = useText()
  const format = useFormat()
  const words = useRuleWords()
  const reason = useReason()
  const whole = isWhole(rule)
  const query = useRule(toRuleBody(rule), whole)
  if (!whole) return null
  return (
    <div className="next-box" role="status">
      <b>{words(rule)}</b>
      {query.error === null ? (
        query.data === undefined ? null : (
          <>
            <p className="mute small">{t('times_in', { place: placeOf(format.timeZone) })}</p>
            <ol className="next-runs">
              {query.data.next_runs.map((at) => (
                <li key={at}>
                  <Planned at={at} zone={rule.timezone} />
                  <span className="mute">{format.ago(at)}</span>
                </li>
              ))}
            </ol>
          </>
        )
      ) : (
        <p className="bad small">{reason(query.error)}</p>
      )}
    </div>
  )
}
