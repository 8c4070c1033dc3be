import { queries } from '../../../api/client.ts'
import { Icon } from '../../../kit/icon.tsx'
import type { Chat, Message } from '../shapes.ts'
import { iconOf } from '../thread/kind-words.ts'
import { fileNameOf, SaveFile } from '../thread/media-parts.tsx'
import { useMedia } from '../thread/media-url.ts'
import { useText } from '../words.ts'

const path = '/api/v2/messages/chat/{session_id}/{chat_id}'
const shown = 8
const smallBytes = 2_000_000

/** The newest files of a conversation: of its last hundred messages. */
export function FilesPart({ chat }: { chat: Chat }) {
  const t = useText()
  const { data } = queries.useQuery('get', path, {
    params: { path: { session_id: chat.session_id, chat_id: chat.id }, query: { limit: 100 } },
  })
  const files = (data?.messages ?? []).filter(({ media, deleted_at, message_type: kind }) => {
    return media !== null && deleted_at === null && kind !== 'sticker'
  })
  if (files.length === 0) return null
  const pictures = files.filter(
    ({ message_type: kind, media }) => kind === 'image' && (media?.size ?? 0) < smallBytes,
  )
  const others = files.filter(({ message_type: kind }) => kind === 'document')
  return (
    <section>
      <h2>{t('files.title')}</h2>
      <div className="thumbs">
        {pictures.slice(0, shown).map((message) => (
          <Thumb key={message.id} message={message} />
        ))}
      </div>
      <ul className="mfilelist">
        {others.slice(0, shown).map((message) => (
          <li key={message.id}>
            <Icon name={iconOf(message.message_type) ?? 'doc'} size="s" />
            <bdi className="cut">{fileNameOf(message)}</bdi>
            <SaveFile message={message} name={fileNameOf(message)} />
          </li>
        ))}
      </ul>
    </section>
  )
}

function Thumb({ message }: { message: Message }) {
  const t = useText()
  const { media } = useMedia(message.id)
  return (
    <span>{media === undefined ? <Icon name="image" /> : <img src={media.url} alt={t('kind.image')} />}</span>
  )
}
