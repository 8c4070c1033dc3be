import { useFormat } from '../../i18n/format.ts'
import { ListCard } from './card.tsx'
import type { Overview } from './queries.ts'
import { useText } from './words.ts'

/** Conversations in which a person wrote last. */
export function Waiting({ conversations }: { conversations: NonNullable<Overview['conversations']> }) {
  const t = useText()
  const format = useFormat()
  const { unanswered, unanswered_since: since } = conversations
  return (
    <ListCard title={t('waiting.title')} count={unanswered} to="/inbox" more={t('waiting.all')}>
      <p className="pad soft">
        {since === null
          ? t('waiting.none')
          : t('waiting.oldest', { time: format.duration(Date.now() - Date.parse(since)) })}
      </p>
    </ListCard>
  )
}
