import { Popover } from '@base-ui/react/popover'
import { useState } from 'react'
import { Icon } from '../../../kit/icon.tsx'
import { useText } from '../words.ts'

const emojis =
  '😀 😂 🙂 😉 😍 😘 🤔 😅 😢 😮 🙏 👍 👎 👏 👋 💪 🎉 ❤️ 🔥 ⭐ ✅ ❌ ⏰ 📅 📍 📦 🚚 📷 📞 💬 💶 🎁 🌱 🌸 ☀️ ☕'.split(
    ' ',
  )

/** A small choice of emojis; keyboards have them all. */
export function EmojiButton({ onChoose }: { onChoose(emoji: string): void }) {
  const t = useText()
  const [isOpen, setOpen] = useState(false)
  return (
    <Popover.Root open={isOpen} onOpenChange={setOpen}>
      <Popover.Trigger
        render={
          <button type="button" className="btn icon quiet" aria-label={t('composer.emoji')}>
            <Icon name="smile" />
          </button>
        }
      />
      <Popover.Portal>
        <Popover.Positioner className="layer" sideOffset={6} side="top" align="start">
          <Popover.Popup className="pop memojis" aria-label={t('composer.emoji')}>
            {emojis.map((emoji) => (
              <button
                key={emoji}
                type="button"
                onClick={() => {
                  setOpen(false)
                  onChoose(emoji)
                }}
              >
                {emoji}
              </button>
            ))}
          </Popover.Popup>
        </Popover.Positioner>
      </Popover.Portal>
    </Popover.Root>
  )
}
