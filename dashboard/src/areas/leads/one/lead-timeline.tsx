import { useFormat } from '../../../i18n/format.ts'
import { Highlight } from '../../../kit/highlight.tsx'
import { Glyph } from '../../../kit/icon.tsx'
import { lookOf } from '../../../kit/states.tsx'
import { Time } from '../../../kit/text-parts.tsx'
import type { LeadDetail } from '../queries.ts'
import { useText } from '../words.ts'

type Signal = LeadDetail['timeline'][number]
type Step = LeadDetail['status_history'][number]
type Entry = { at: string; signal: Signal } | { at: string; step: Step }

function entriesOf(lead: LeadDetail): Entry[] {
  const signals = lead.timeline.map((signal) => ({ at: signal.detected_at, signal }))
  const steps = lead.status_history.map((step) => ({ at: step.at, step }))
  return [...signals, ...steps].toSorted((a, b) => b.at.localeCompare(a.at))
}

/** What was said in groups and how the lead moved, newest first. */
export function LeadTimeline({ lead }: { lead: LeadDetail }) {
  const t = useText()
  const format = useFormat()
  const shown = lead.timeline.length
  return (
    <section className="card" aria-labelledby="lead-timeline">
      <header>
        <h2 id="lead-timeline">{t('timeline')}</h2>
        <span className="mute num">{format.number(lead.message_count)}</span>
      </header>
      <ol className="tl lead-tl">
        {entriesOf(lead).map((entry) =>
          'signal' in entry ? (
            <SignalEntry key={entry.signal.message_id} signal={entry.signal} />
          ) : (
            <StepEntry key={`${entry.at} ${entry.step.to}`} step={entry.step} />
          ),
        )}
      </ol>
      {lead.message_count > shown ? <p className="rest">{t('timeline.newest', { count: shown })}</p> : null}
    </section>
  )
}

function SignalEntry({ signal }: { signal: Signal }) {
  const t = useText()
  const format = useFormat()
  return (
    <li>
      <Glyph name="bubble" tone="acc" />
      <div>
        <p className="lead-said">
          {signal.message_preview === null ? (
            <span className="mute">{t('text_gone')}</span>
          ) : (
            <Highlight text={signal.message_preview} word={signal.matched_keyword} />
          )}
        </p>
        <p className="mute">
          <bdi>{signal.source_group.name}</bdi>
          {signal.signals.length === 0
            ? null
            : ` · ${format.list(signal.signals.map((name) => t.of(`signal.${name}`)))}`}
        </p>
      </div>
      <Time at={signal.detected_at} />
    </li>
  )
}

function StepEntry({ step }: { step: Step }) {
  const t = useText()
  const [shape, tone] = lookOf('lead', step.to)
  return (
    <li>
      <Glyph name={shape} tone={tone} />
      <div>{t('step', { from: t.of(`status.${step.from}`), to: t.of(`status.${step.to}`) })}</div>
      <Time at={step.at} />
    </li>
  )
}
