import { queries } from '../../../api/client.ts'
import { Icon } from '../../../kit/icon.tsx'
import type { Message } from '../shapes.ts'
import { useText } from '../words.ts'
import { iconOf, isKnownKind, textOf } from './kind-words.ts'

/** The first words of a message, or what kind it is, for one line. */
export function useSummary(): (message: Message) => string {
  const t = useText()
  return (message) => {
    const { message_type: kind } = message
    if (message.deleted_at !== null) return t('gone.short')
    const text = kind === 'poll' ? (message.poll?.title ?? textOf(message)) : textOf(message)
    if (kind === 'text') return text === '' ? t('kind.text_gone') : text
    const word = isKnownKind(kind) ? t(`kind.${kind}`) : t('kind.unknown')
    return text === '' ? word : t('kind.with_text', { kind: word, text })
  }
}

/** The message that another one answers; a press brings it into sight. */
export function Quote({
  id,
  known,
  onShow,
}: {
  id: string
  known: Message | undefined
  onShow(id: string): void
}) {
  const t = useText()
  const summary = useSummary()
  const { data, error } = queries.useQuery(
    'get',
    '/api/v2/messages/{message_id}',
    { params: { path: { message_id: id } } },
    { enabled: known === undefined },
  )
  const message = known ?? data
  if (message === undefined) {
    return <div className="quote mute">{error === null ? '…' : t('quote.missing')}</div>
  }
  const icon = iconOf(message.message_type)
  return (
    <button type="button" className="quote" onClick={() => onShow(id)}>
      <span className="cut">
        <b>
          <bdi>
            {message.direction === 'outbound' ? t('you') : (message.sender_name ?? message.sender_phone)}
          </bdi>
        </b>
        <span className="mquoted">
          {icon === undefined ? null : <Icon name={icon} size="s" />}
          <bdi className="clamp2">{summary(message)}</bdi>
        </span>
      </span>
    </button>
  )
}
