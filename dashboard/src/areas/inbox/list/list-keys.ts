import { useEffect, useEffectEvent, useState } from 'react'
import { isCommand } from '../../../shell/keys.ts'
import type { ChatWindow } from '../queries.ts'
import type { Chat } from '../shapes.ts'

interface ListKeys {
  chats: ChatWindow
  /** The conversation that is open, where walking begins. */
  openId: string | undefined
  show(index: number): void
  onOpen(chat: Chat): void
  onSelect(chat: Chat): void
  onRead(chat: Chat): void
}

/** On a link or a button elsewhere Enter is theirs. */
function isEnterFree(): boolean {
  const { activeElement } = document
  if (activeElement === null || activeElement === document.body || activeElement.id === 'main') return true
  return activeElement.closest('.convs') !== null
}

/** J and K walk, Enter opens, X selects, E marks read. Gives the conversation one is at. */
export function useListKeys({ chats, openId, show, onOpen, onSelect, onRead }: ListKeys): string | undefined {
  const [at, setAt] = useState<string>()
  const here = at ?? openId
  function walk(event: KeyboardEvent, index: number, step: 1 | -1) {
    const next = Math.min(Math.max(index + step, 0), (chats.total ?? 1) - 1)
    const target = chats.at(next)
    if (target === undefined) return
    setAt(target.id)
    show(next)
    event.preventDefault()
  }
  const onKey = useEffectEvent((event: KeyboardEvent) => {
    if (!isCommand(event)) return
    const key = event.key.toLowerCase()
    const index = here === undefined ? -1 : chats.indexOf(here)
    if (key === 'j') walk(event, index, 1)
    if (key === 'k') walk(event, index, -1)
    const chat = chats.at(index)
    if (chat === undefined) return
    if (key === 'x') onSelect(chat)
    if (key === 'e') onRead(chat)
    if (key === 'enter' && isEnterFree()) {
      event.preventDefault()
      onOpen(chat)
    }
  })
  useEffect(() => {
    document.addEventListener('keydown', onKey)
    return () => document.removeEventListener('keydown', onKey)
  }, [])
  useEffect(() => setAt(openId), [openId])
  return here
}
