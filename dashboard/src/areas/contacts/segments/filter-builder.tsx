import { useEffect, useState } from 'react'
import { useFormat } from '../../../i18n/format.ts'
import { FilterChip } from '../../../kit/filters.tsx'
import { Menu } from '../../../kit/menu.tsx'
import { ErrorNote, Note } from '../../../kit/notes.tsx'
import { Phone } from '../../../kit/text-parts.tsx'
import { type Filter, useFilterSize } from '../queries.ts'
import { useText } from '../words.ts'
import { ConditionRow } from './condition-row.tsx'
import {
  conditionKinds,
  finishedFilter,
  hasMore,
  kindsOf,
  withCondition,
  withoutCondition,
} from './conditions.ts'

const quietMs = 300

/** What was clicked, once clicking pauses. */
function useSettled(filter: Filter): Filter {
  const [settled, setSettled] = useState(filter)
  const key = JSON.stringify(filter)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(JSON.parse(key)), quietMs)
    return () => clearTimeout(timer)
  }, [key])
  return settled
}

interface FilterBuilderProps {
  filter: Filter
  onChange(filter: Filter): void
}

/** Conditions to click together, and beside them how many people they find now. */
export function FilterBuilder({ filter, onChange }: FilterBuilderProps) {
  const t = useText()
  const kinds = kindsOf(filter)
  const left = conditionKinds.filter((kind) => !kinds.includes(kind))
  return (
    <div className="two builder">
      <section aria-label={t('conditions')}>
        {kinds.length === 0 ? (
          <p className="mute">{t('conditions.none')}</p>
        ) : (
          <p className="mute">{t('conditions.all')}</p>
        )}
        <ul className="conditions">
          {kinds.map((kind) => (
            <ConditionRow
              key={kind}
              kind={kind}
              filter={filter}
              onChange={onChange}
              onRemove={() => onChange(withoutCondition(filter, kind))}
            />
          ))}
        </ul>
        <Menu
          trigger={<FilterChip isOn={false}>{t('condition.add')}</FilterChip>}
          groups={[
            left.map((kind) => ({
              id: kind,
              label: t(`condition.${kind}`),
              onSelect: () => onChange(withCondition(filter, kind)),
            })),
          ]}
        />
        {hasMore(filter) ? <Note tone="info">{t('conditions.more')}</Note> : null}
      </section>
      <Size filter={useSettled(finishedFilter(filter))} />
    </div>
  )
}

function Size({ filter }: { filter: Filter }) {
  const t = useText()
  const format = useFormat()
  const { data, error, isFetching, refetch } = useFilterSize(filter)
  return (
    <section className="card size" aria-labelledby="segment-size" aria-busy={isFetching}>
      <header>
        <h2 id="segment-size">{t('size')}</h2>
      </header>
      <div className="card-in">
        {error === null ? null : (
          <ErrorNote error={error} title={t('size.failed')} onRetry={() => void refetch()} />
        )}
        {data === undefined || Object.keys(filter).length === 0 ? (
          <p className="mute">{t('size.none')}</p>
        ) : (
          <>
            <p role="status" className="size-total">
              {t('people', { count: data.total, number: format.number(data.total) })}
            </p>
            {data.opted_out === 0 ? null : (
              <p className="mute">{t('opted_out', { count: data.opted_out })}</p>
            )}
            {data.unread_languages === 0 ? null : (
              <p className="mute">{t('size.unread', { count: data.unread_languages })}</p>
            )}
            <ul className="segment-hits">
              {data.people.map(({ phone, name }) => (
                <li key={phone}>
                  {name === null ? null : <bdi>{name}</bdi>} <Phone number={phone} />
                </li>
              ))}
            </ul>
            {data.total > data.people.length ? (
              <p className="rest">{t('size.more', { count: data.total - data.people.length })}</p>
            ) : null}
          </>
        )}
      </div>
    </section>
  )
}
