import { groupPhone } from '../../i18n/format.ts'
import type { Schedule } from './queries.ts'
import { useChannels, useGroups, useLists } from './queries.ts'
import { useText } from './words.ts'

/** To whom a schedule writes, by name. */
export function Target({ schedule }: { schedule: Schedule }) {
  const t = useText()
  const { chat_id: chat, custom_group_id: list, channel_id: channel } = schedule
  const lists = useLists()
  const channels = useChannels()
  const isGroup = chat?.endsWith('@g.us') === true
  const groups = useGroups(isGroup)
  if (list !== null)
    return <bdi>{lists.data?.groups.find(({ id }) => id === list)?.name ?? t('gone.list')}</bdi>
  if (channel !== null)
    return <bdi>{channels.data?.channels.find(({ id }) => id === channel)?.name ?? t('gone.channel')}</bdi>
  if (isGroup)
    return (
      <bdi>{groups.data?.groups.find(({ wa_group_id: id }) => id === chat)?.name ?? t('target.group')}</bdi>
    )
  const [digits = ''] = (chat ?? '').split('@')
  return <span className="ltr num">{groupPhone(digits)}</span>
}
