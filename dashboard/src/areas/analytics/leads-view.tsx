import { useMemo } from 'react'
import type { FigureColumn } from '../../kit/figure-table.tsx'
import { Funnel } from '../../kit/figures.tsx'
import { Loaded } from '../../kit/loaded.tsx'
import { Empty } from '../../kit/notes.tsx'
import type { ViewProps } from './analytics-page.tsx'
import { ComparedFigure, type Course, PeriodLine, PeriodTables, StepChart } from './period-parts.tsx'
import { type Leads, useLeadFunnel } from './queries.ts'
import { useText } from './words.ts'

const stages = ['detected', 'contacted', 'qualified', 'converted', 'lost'] as const
const funnelColours = ['var(--ramp-1)', 'var(--ramp-2)', 'var(--ramp-3)', 'var(--ramp-4)']
const rates = ['contact_rate', 'qualification_rate', 'conversion_rate', 'loss_rate'] as const

/** How far the leads of a period have come. */
export function LeadsView({ ask, before }: ViewProps) {
  const t = useText()
  const query = useLeadFunnel(ask)
  const earlier = useLeadFunnel(before ?? ask, before !== undefined)
  return (
    <Loaded query={query} title={t('failed')}>
      {(leads) => (
        <>
          <PeriodLine answer={leads} />
          {leads.funnel.detected === 0 ? (
            <Empty title={t('leads.none')}>{t('leads.none_text')}</Empty>
          ) : (
            <Shown leads={leads} before={before === undefined ? undefined : earlier.data} />
          )}
        </>
      )}
    </Loaded>
  )
}

function Shown({ leads, before }: { leads: Leads; before: Leads | undefined }) {
  const t = useText()
  const courses = useMemo((): Course[] => {
    const earlier = {
      id: 'before',
      label: t('before_of', { what: t('column.detected') }),
      values: leads.series.map((_, index) => before?.series[index]?.detected ?? null),
      colour: 'var(--text-3)',
      isDashed: true,
    }
    return [
      {
        id: 'detected',
        label: t('column.detected'),
        values: leads.series.map(({ detected }) => detected),
        colour: 'var(--ramp-2)',
      },
      {
        id: 'converted',
        label: t('column.converted'),
        values: leads.series.map(({ converted }) => converted),
        colour: 'var(--ramp-4)',
      },
      ...(before === undefined ? [] : [earlier]),
    ]
  }, [leads, before, t])
  const steps = useMemo(() => leads.series.map(({ date }) => date), [leads])
  const columns = stages.map((key): FigureColumn => ({ key, label: t(`column.${key}`), unit: 'count' }))
  return (
    <>
      <dl className="figs five">
        <ComparedFigure
          label={t('column.detected')}
          unit="count"
          now={leads.funnel.detected}
          before={before?.funnel.detected}
        />
        {rates.map((key) => (
          <ComparedFigure
            key={key}
            label={t(`column.${key}`)}
            unit="rate"
            now={leads.rates[key]}
            before={before?.rates[key]}
          />
        ))}
      </dl>
      <section className="card" aria-labelledby="h-funnel">
        <header>
          <h2 id="h-funnel">{t('leads.funnel')}</h2>
        </header>
        <div className="pad">
          <Funnel
            steps={stages.slice(0, 4).map((id, index) => ({
              id,
              label: t(`column.${id}`),
              count: leads.funnel[id],
              colour: funnelColours[index],
            }))}
          />
          <p className="mute explain">{t('leads.lost', { count: leads.funnel.lost })}</p>
        </div>
      </section>
      <StepChart
        title={t('leads.chart')}
        steps={steps}
        interval={leads.interval}
        courses={courses}
        unit="count"
      />
      <PeriodTables
        file={`leads-${leads.from}-${leads.to}`}
        columns={columns}
        steps={leads.series}
        sessions={leads.by_session.map(({ name, session_id: _id, ...rest }) => ({ name, figures: rest }))}
        labels={leads.by_label.map(({ name, color, label_id: _id, ...rest }) => ({
          name,
          color,
          figures: rest,
        }))}
      />
    </>
  )
}
