import { useEffect, useState } from 'react'
import { authorisedFetch } from '../../../api/client.ts'

/** A file of a message in the browser's memory. */
export interface Media {
  url: string
  blob: Blob
}

interface Held {
  media: Promise<Media>
  users: number
}

/** Files that nobody looks at any more but may look at again in a moment, the last ones. */
const kept = 24
const held = new Map<string, Held>()

/** The bytes of a message's file; fetched with the token, which no address of a picture could carry. */
export async function fetchMedia(messageId: string): Promise<Blob> {
  const path = `/api/v2/messages/${encodeURIComponent(messageId)}/media`
  const response = await authorisedFetch(new Request(`${location.origin}${path}`))
  return response.blob()
}

async function load(messageId: string): Promise<Media> {
  const blob = await fetchMedia(messageId)
  return { blob, url: URL.createObjectURL(blob) }
}

function acquire(messageId: string): Held {
  const entry = held.get(messageId) ?? { media: load(messageId), users: 0 }
  entry.users += 1
  held.delete(messageId)
  held.set(messageId, entry)
  entry.media.catch(() => held.delete(messageId))
  return entry
}

function release(entry: Held): void {
  entry.users -= 1
  const idle = [...held].filter(([, { users }]) => users === 0)
  for (const [id, old] of idle.slice(0, Math.max(idle.length - kept, 0))) {
    held.delete(id)
    void old.media.then(({ url }) => URL.revokeObjectURL(url))
  }
}

/** The file of a message while it is in sight; its memory is given back some files later. */
export function useMedia(messageId: string, isWanted = true) {
  const [tries, setTries] = useState(0)
  const [state, setState] = useState<{ id: string; media?: Media; error?: unknown }>({ id: messageId })
  // biome-ignore lint/correctness/useExhaustiveDependencies: another try is asked for by its number
  useEffect(() => {
    if (!isWanted) return undefined
    const entry = acquire(messageId)
    let isGone = false
    entry.media.then(
      (media) => !isGone && setState({ id: messageId, media }),
      (error: unknown) => !isGone && setState({ id: messageId, error }),
    )
    return () => {
      isGone = true
      release(entry)
    }
  }, [messageId, isWanted, tries])
  const isOwn = state.id === messageId
  return {
    media: isOwn ? state.media : undefined,
    error: isOwn ? state.error : undefined,
    retry: () => setTries((count) => count + 1),
  }
}

/** Hands a file to the device under a name. */
export function saveBlob(blob: Blob, name: string): void {
  const url = URL.createObjectURL(blob)
  const anchor = document.createElement('a')
  anchor.href = url
  anchor.download = name
  anchor.click()
  setTimeout(() => URL.revokeObjectURL(url), 60_000)
}
