import { Link } from '@tanstack/react-router'
import { useFormat } from '../../i18n/format.ts'
import { Glyph, type GlyphName, type Tone } from '../../kit/icon.tsx'
import type { Attention } from './queries.ts'
import { useText } from './words.ts'

const looks: Record<Attention['code'], readonly [GlyphName, Tone]> = {
  session_failed: ['oct', 'bad'],
  session_unlinked: ['oct', 'bad'],
  webhook_switched_off: ['oct', 'bad'],
  webhook_failing: ['tri', 'bad'],
  campaign_stopped: ['pause', 'warn'],
  session_reconnecting: ['spin', 'info'],
  session_limited: ['lock', 'warn'],
  approvals_pending: ['hand', 'warn'],
}

/** After these the phone has to be linked again. */
const unlinked: readonly (string | null)[] = ['logged_out', 'bad_session', 'qr_expired', 'pairing_failed']

/** What it is, as it is told here: a session that failed since its phone left is unlinked. */
const tellingOf = ({ code, reason }: Attention): Attention['code'] =>
  code === 'session_failed' && unlinked.includes(reason) ? 'session_unlinked' : code

/** What somebody has to look at, worst first, each with where to go. */
export function NeedsYou({ entries }: { entries: readonly Attention[] }) {
  const t = useText()
  if (entries.length === 0) return null
  return (
    <section className="card" aria-labelledby="h-need">
      <header>
        <h2 id="h-need">{t('need.title')}</h2>
      </header>
      <ul className="rows need">
        {entries.map((entry) => (
          <Entry
            key={`${entry.code} ${entry.session_id} ${entry.webhook_id} ${entry.job_id}`}
            entry={entry}
          />
        ))}
      </ul>
    </section>
  )
}

function Entry({ entry }: { entry: Attention }) {
  const t = useText()
  const format = useFormat()
  const telling = tellingOf(entry)
  const [shape, tone] = looks[telling]
  const name = <bdi>{entry.name ?? t('need.unnamed')}</bdi>
  const count = entry.count ?? 0
  // What an endpoint answered, such as HTTP 500, is no word of the catalogue.
  const isWord = /^[a-z_]+$/.test(entry.reason ?? '')
  const why = isWord ? t.of(`reason.${entry.reason}`) : ''
  // A reason the catalogue knows is told in the language of the page, any other as the server tells it.
  const text = why === '' || why === `reason.${entry.reason}` ? entry.text : why
  return (
    <li>
      <Glyph name={shape} tone={tone} />
      <div>
        <b>{t.rich(`need.${telling}`, { name, count })}</b>
        <p>
          {entry.code === 'approvals_pending' ? null : <span dir="auto">{text}</span>}{' '}
          {entry.since === null ? null : t('need.since', { time: format.moment(entry.since) })}{' '}
          {entry.until === null || entry.webhook_id !== null
            ? null
            : t('need.until', { time: format.moment(entry.until) })}
        </p>
      </div>
      <Action entry={entry} />
    </li>
  )
}

function Action({ entry }: { entry: Attention }) {
  const t = useText()
  const { code, session_id: sessionId, webhook_id: webhookId, job_id: jobId } = entry
  const isFirst = code === 'session_unlinked' || code === 'session_failed'
  const look = `btn ${isFirst ? 'primary' : ''}`
  const word = t(`action.${tellingOf(entry)}`)
  if (webhookId !== null)
    return (
      <Link className={look} to="/webhooks/$webhookId" params={{ webhookId }}>
        {word}
      </Link>
    )
  if (code === 'campaign_stopped')
    return jobId === null ? null : (
      <Link className={look} to="/campaigns/$campaignId" params={{ campaignId: jobId }}>
        {word}
      </Link>
    )
  if (code === 'approvals_pending')
    return (
      <Link className={look} to="/safety">
        {word}
      </Link>
    )
  if (sessionId === null) return null
  return (
    <Link className={look} to="/sessions/$sessionId" params={{ sessionId }}>
      {word}
    </Link>
  )
}
