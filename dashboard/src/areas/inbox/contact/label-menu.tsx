import { useState } from 'react'
import { IconButton } from '../../../kit/button.tsx'
import { Menu, type MenuItem } from '../../../kit/menu.tsx'
import { useReason } from '../../../kit/notes.tsx'
import { showToast } from '../../../kit/toasts.tsx'
import { useKey } from '../../../shell/keys.ts'
import { setLabels, useLabels } from '../queries.ts'
import type { Chat } from '../shapes.ts'
import { useText } from '../words.ts'

/** The labels of a conversation, to give and to take. */
export function LabelMenu({
  chat,
  open,
  onOpenChange,
}: {
  chat: Chat
  open: boolean
  onOpenChange(open: boolean): void
}) {
  const t = useText()
  const reason = useReason()
  const { data: labels = [] } = useLabels()
  const [refusal, setRefusal] = useState<string>()
  useKey('l', () => onOpenChange(true))
  const own = chat.labels.map(({ id }) => id)

  async function set(ids: readonly string[], text: string) {
    setRefusal(undefined)
    try {
      await setLabels(chat.id, ids)
      showToast({ text, undo: () => void setLabels(chat.id, own) })
    } catch (error) {
      setRefusal(reason(error))
      onOpenChange(true)
    }
  }
  const items: MenuItem[] = labels.map(({ id, name }) => {
    const has = own.includes(id)
    return {
      id,
      label: <bdi>{name}</bdi>,
      checked: has,
      onSelect: () =>
        void set(
          has ? own.filter((other) => other !== id) : [...own, id],
          t(has ? 'labels.taken' : 'labels.given', { name }),
        ),
    }
  })
  const none: MenuItem = {
    id: 'none',
    label: t('labels.none'),
    refused: t('labels.none_text'),
    onSelect: () => undefined,
  }
  return (
    <Menu
      trigger={<IconButton icon="tag" label={t('labels.title')} keys="L" />}
      title={refusal ?? t('labels.title')}
      groups={[items.length === 0 ? [none] : items]}
      open={open}
      onOpenChange={onOpenChange}
    />
  )
}
