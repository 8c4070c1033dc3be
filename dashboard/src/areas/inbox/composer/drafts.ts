import { useCallback, useSyncExternalStore } from 'react'
import { keep } from '../../../kit/kept.ts'
import { newKey } from '../../../kit/new-key.ts'

/** What was written in a conversation and not sent. */
export interface Draft {
  text: string
  /** The message it answers. */
  replyTo?: string
  /** Of the message being composed: made with its first letter, so that however it is sent it is sent once. */
  key: string
}

const prefix = 'moltflow.draft.'
const listeners = new Set<() => void>()
const known = new Map<string, Draft | undefined>()

/** Of one person and one conversation; it outlives switching, reloading and signing out, and nobody else sees it. */
const nameOf = (userId: string, chatId: string) => `${prefix}${userId}.${chatId}`

function parse(text: string | null): Draft | undefined {
  if (text === null) return undefined
  try {
    const value = JSON.parse(text) as Draft
    return typeof value.text === 'string' && typeof value.key === 'string' ? value : undefined
  } catch {
    return undefined
  }
}

function read(name: string): Draft | undefined {
  if (!known.has(name)) known.set(name, parse(localStorage.getItem(name)))
  return known.get(name)
}

function tell(): void {
  for (const listener of listeners) listener()
}

// Another tab wrote it.
addEventListener('storage', ({ key, newValue }) => {
  if (key === null) known.clear()
  else if (key.startsWith(prefix)) known.set(key, parse(newValue))
  else return
  tell()
})

/** Keeps what was typed; nothing typed and nothing answered is no draft. */
export function keepDraft(userId: string, chatId: string, change: { text: string; replyTo?: string }): void {
  const name = nameOf(userId, chatId)
  const old = read(name)
  const isEmpty = change.text === '' && change.replyTo === undefined
  const next = isEmpty ? undefined : { ...change, key: old?.key ?? newKey() }
  known.set(name, next)
  keep(localStorage, name, next)
  tell()
}

/** The draft of a conversation, if there is one. */
export function draftOf(userId: string, chatId: string): Draft | undefined {
  return read(nameOf(userId, chatId))
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/** The draft of a conversation, also when another tab writes it. */
export function useDraft(userId: string | undefined, chatId: string): Draft | undefined {
  const get = useCallback(
    () => (userId === undefined ? undefined : draftOf(userId, chatId)),
    [userId, chatId],
  )
  return useSyncExternalStore(subscribe, get)
}
