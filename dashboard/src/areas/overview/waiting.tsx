import { Link } from '@tanstack/react-router'
import type { Schemas } from '../../api/client.ts'
import { useFormat } from '../../i18n/format.ts'
import { Icon } from '../../kit/icon.tsx'
import { Avatar, Phone } from '../../kit/text-parts.tsx'
import { ListCard } from './card.tsx'
import { type Overview, useWaiting } from './queries.ts'
import { useText } from './words.ts'

/** From then on a person has waited long. */
const longMs = 3_600_000

/** Conversations in which a person wrote last, the newest first. */
export function Waiting({ conversations }: { conversations: NonNullable<Overview['conversations']> }) {
  const t = useText()
  const { data } = useWaiting()
  const chats = data?.chats ?? []
  return (
    <ListCard title={t('waiting.title')} count={conversations.unanswered} to="/inbox" more={t('waiting.all')}>
      {conversations.unanswered === 0 ? (
        <p className="pad soft">{t('waiting.none')}</p>
      ) : (
        <ul className="rows mini">
          {chats.map((chat) => (
            <ChatRow key={chat.id} chat={chat} />
          ))}
        </ul>
      )}
    </ListCard>
  )
}

function ChatRow({ chat }: { chat: Schemas['InboxChat'] }) {
  const t = useText()
  const format = useFormat()
  const { name, contact_phone: phone, last_inbound_at: at, is_group: isGroup } = chat
  const waitedMs = at === null ? 0 : Date.now() - Date.parse(at)
  return (
    <li>
      <Link to="/inbox/$sessionId/$chatId" params={{ sessionId: chat.session_id, chatId: chat.id }}>
        <Avatar name={name ?? phone ?? '?'} size={34} isGroup={isGroup}>
          {isGroup ? <Icon name="groups" size="s" /> : undefined}
        </Avatar>
        <div className="cut">
          <b className="cut">
            {name === null && phone !== null ? (
              <Phone number={phone} />
            ) : (
              <bdi>{name ?? t('leads.unnamed')}</bdi>
            )}
          </b>
          <p className="cut">
            <LastWords message={chat.last_message} />
          </p>
        </div>
        <span className={`wait ${waitedMs > longMs ? 'old' : ''}`}>{format.duration(waitedMs)}</span>
      </Link>
    </li>
  )
}

const kinds = [
  'image',
  'video',
  'gif',
  'sticker',
  'voice',
  'audio',
  'document',
  'location',
  'vcard',
  'poll',
] as const

/** What was written, and of a message without text what kind it is. */
function LastWords({ message }: { message: Schemas['InboxChat']['last_message'] }) {
  const t = useText()
  if (message === null) return null
  const { content_preview: text, message_type: type } = message
  if (text !== null && text !== '') return <bdi>{text}</bdi>
  return t(`kind.${kinds.find((kind) => kind === type) ?? 'unknown'}`)
}
