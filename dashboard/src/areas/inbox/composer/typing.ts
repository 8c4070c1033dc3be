import { useRef } from 'react'
import { api } from '../../../api/client.ts'
import type { ChatRef } from '../queries.ts'

const everyMs = 5000
const shownMs = 6000

/** Shows the other side that somebody types, told again now and then; what goes wrong with it is no matter. */
export function useTypingNotice({ sessionId, chatId }: ChatRef): (state: 'typing' | 'recording') => void {
  const last = useRef(Number.NEGATIVE_INFINITY)
  return (state) => {
    const now = performance.now()
    if (now - last.current < everyMs) return
    last.current = now
    api
      .POST('/api/v2/messages/chat/{session_id}/{chat_id}/typing', {
        params: { path: { session_id: sessionId, chat_id: chatId } },
        body: { state, duration_ms: shownMs },
      })
      .catch(() => undefined)
  }
}
