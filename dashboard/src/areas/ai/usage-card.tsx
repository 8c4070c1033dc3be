import { useFormat } from '../../i18n/format.ts'
import { Card } from '../../kit/card.tsx'
import { Figure, Meter } from '../../kit/figures.tsx'
import { Loaded } from '../../kit/loaded.tsx'
import { type Usage, useUsage } from './queries.ts'
import { useText } from './words.ts'

/** How much of today's budget is used, and what the last thirty days were. */
export function UsageCard() {
  const t = useText()
  const query = useUsage()
  return (
    <Card title={t('usage.title')}>
      <Loaded query={query} title={t('usage.failed')}>
        {(usage) => <Shown usage={usage} />}
      </Loaded>
    </Card>
  )
}

function Shown({ usage: { budget, total, days, models } }: { usage: Usage }) {
  const t = useText()
  const format = useFormat()
  const cost = (value: number | null) => (value === null ? '–' : format.money(value, 'USD'))
  return (
    <>
      <Meter
        label={t('usage.today')}
        used={budget.used_today + budget.reserved}
        limit={budget.daily_tokens}
      />
      <p className="mute small">{t('usage.resets', { when: format.ago(budget.resets_at) })}</p>
      {total.calls === 0 ? (
        <p className="soft">{t('usage.none')}</p>
      ) : (
        <>
          <dl className="figs pairs">
            <Figure label={t('usage.calls')} value={format.number(total.calls)} />
            <Figure label={t('usage.failed_calls')} value={format.number(total.failed_calls)} />
            <Figure label={t('usage.tokens')} value={format.number(total.total_tokens)} />
            <Figure label={t('usage.cost')} value={cost(total.cost_estimate)} />
          </dl>
          {total.unpriced_calls === 0 ? null : (
            <p className="mute small">{t('usage.unpriced', { count: total.unpriced_calls })}</p>
          )}
          <UsageTable
            title={t('usage.by_purpose')}
            head={t('usage.purpose')}
            rows={sumByPurpose(days).map(({ purpose, ...rest }) => ({
              name: t.of(`purpose.${purpose}`),
              ...rest,
            }))}
          />
          <UsageTable
            title={t('usage.by_model')}
            head={t('usage.model')}
            rows={models.map(({ model, calls, total_tokens: tokens }) => ({ name: model, calls, tokens }))}
          />
        </>
      )}
    </>
  )
}

function sumByPurpose(days: Usage['days']) {
  const groups = Map.groupBy(days, ({ purpose }) => purpose)
  return [...groups].map(([purpose, entries]) => ({
    purpose,
    calls: entries.reduce((sum, { calls }) => sum + calls, 0),
    tokens: entries.reduce((sum, { total_tokens: tokens }) => sum + tokens, 0),
  }))
}

function UsageTable({
  title,
  head,
  rows,
}: {
  title: string
  head: string
  rows: readonly { name: string; calls: number; tokens: number }[]
}) {
  const t = useText()
  const format = useFormat()
  return (
    <table className="table usage">
      <caption className="sr">{title}</caption>
      <thead>
        <tr>
          <th scope="col">{head}</th>
          <th scope="col" className="n">
            {t('usage.calls')}
          </th>
          <th scope="col" className="n">
            {t('usage.tokens')}
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map(({ name, calls, tokens }) => (
          <tr key={name}>
            <th scope="row">
              <bdi>{name}</bdi>
            </th>
            <td className="n">{format.number(calls)}</td>
            <td className="n">{format.number(tokens)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
