import { queries } from '../../api/client.ts'
import { Icon } from '../../kit/icon.tsx'
import type { Chat } from './shapes.ts'
import { useText } from './words.ts'

type Named = Pick<Chat, 'name' | 'contact_phone' | 'wa_chat_id'>

/** Whether what is posted there goes to the followers of a channel. */
export const isChannel = ({ wa_chat_id: id }: Pick<Chat, 'wa_chat_id'>): boolean => id.endsWith('@newsletter')

/** Whether many read what is written there. */
export const isMany = (chat: Pick<Chat, 'wa_chat_id' | 'is_group'>): boolean =>
  chat.is_group || isChannel(chat)

/** What conversations are called: their name, that of their channel, the number, else WhatsApp's id. */
export function useTitles(chats: readonly Named[]): (chat: Named) => string {
  const t = useText()
  // WhatsApp tells names of channels with the channel, never with what is posted there.
  const { data } = queries.useQuery('get', '/api/v2/channels', undefined, {
    enabled: chats.some((chat) => chat.name === null && isChannel(chat)),
    retry: false,
  })
  return (chat) => {
    if (chat.name !== null) return chat.name
    if (!isChannel(chat)) return chat.contact_phone ?? chat.wa_chat_id
    return data?.channels.find(({ wa_channel_id: id }) => id === chat.wa_chat_id)?.name ?? t('channel')
  }
}

/** What a conversation is called. */
export const useTitle = (chat: Named): string => useTitles([chat])(chat)

/** In the place of letters, where many read. */
export function ChatSign({ chat }: { chat: Pick<Chat, 'wa_chat_id' | 'is_group'> }) {
  return <Icon name={chat.is_group ? 'groups' : 'channels'} />
}
