import { useMemo, useSyncExternalStore } from 'react'
import { ApiError } from '../../../api/api-error.ts'
import { api } from '../../../api/client.ts'
import { invalidatePaths } from '../../../api/query-client.ts'
import { keep, readKept } from '../../../kit/kept.ts'
import type { ChatRef } from '../queries.ts'
import type { FileKind, Message } from '../shapes.ts'
import { refreshThread } from '../thread/thread-window.ts'

/** What goes out: a text, or a file with a caption. */
export type Content =
  | { kind: 'text'; text: string; replyTo?: string }
  | { kind: 'file'; file: File; as: FileKind; caption: string; replyTo?: string }

/** A message that was sent here and is not in the thread yet, or could not be sent. */
export interface Outgoing extends ChatRef {
  /** The idempotency key: sent again it is the same message, however often. */
  key: string
  /** Where it goes, as WhatsApp calls it. */
  to: string
  content: Content
  at: number
  state: 'sending' | 'refused'
  error?: unknown
  /** Once the server has it: shown by the thread from then on. */
  messageId?: string
}

const prefix = 'moltflow.outbox.'
const listeners = new Set<() => void>()
let owner: string | undefined
let all: readonly Outgoing[] = []

/** Texts outlive a reload; files do not fit, so leaving the page asks first. */
function keepTexts(): void {
  if (owner === undefined) return
  const texts = all.filter(({ content, messageId }) => content.kind === 'text' && messageId === undefined)
  const plain = texts.map(({ error: _, ...rest }) => rest)
  keep(localStorage, prefix + owner, plain.length === 0 ? undefined : plain)
}

function publish(next: readonly Outgoing[]): void {
  all = next
  keepTexts()
  for (const listener of listeners) listener()
}

const change = (key: string, part: Partial<Outgoing>) =>
  publish(all.map((entry) => (entry.key === key ? { ...entry, ...part } : entry)))

/** Takes up what was left when the page was last closed; whether it arrived is unknown, so it asks to be sent again. */
export function openOutbox(userId: string): void {
  if (owner === userId) return
  owner = userId
  const texts = readKept<Outgoing[]>(localStorage, prefix + userId)
  publish(Array.isArray(texts) ? texts.map((entry) => ({ ...entry, state: 'refused' })) : [])
}

addEventListener('beforeunload', (event) => {
  if (all.some(({ content, messageId }) => content.kind === 'file' && messageId === undefined)) {
    event.preventDefault()
  }
})

const headersOf = (key: string) => ({ 'Idempotency-Key': key, Prefer: 'respond-async' })

/** Hands a message to the server. */
export async function post(
  entry: Pick<Outgoing, 'sessionId' | 'to' | 'key' | 'content'>,
): Promise<Message | undefined> {
  const { content, key, sessionId, to } = entry
  const target = {
    session_id: sessionId,
    chat_id: to,
    ...(content.replyTo === undefined ? {} : { reply_to: content.replyTo }),
  }
  const params = { header: headersOf(key) }
  if (content.kind === 'text') {
    const body = { ...target, message: content.text }
    return (await api.POST('/api/v2/messages/send', { params, body })).data
  }
  const form = new FormData()
  for (const [name, value] of Object.entries(target)) form.append(name, value)
  const isPlain = content.as === 'voice' || content.as === 'sticker' || content.as === 'gif'
  if (!isPlain) form.append('media_type', content.as)
  if (content.caption !== '' && content.as !== 'voice' && content.as !== 'sticker') {
    form.append('caption', content.caption)
  }
  if (content.as === 'document') form.append('filename', content.file.name)
  form.append('file', content.file, content.file.name)
  // The form is the body of these operations, too; the client's types know the JSON one.
  const request = { params, body: form as never, bodySerializer: (body: unknown) => body as FormData }
  if (content.as === 'voice') return (await api.POST('/api/v2/messages/send/voice', request)).data
  if (content.as === 'sticker') return (await api.POST('/api/v2/messages/send/sticker', request)).data
  if (content.as === 'gif') return (await api.POST('/api/v2/messages/send/gif', request)).data
  return (await api.POST('/api/v2/messages/send/media', request)).data
}

async function run(key: string): Promise<Message | undefined> {
  const entry = all.find((candidate) => candidate.key === key)
  if (entry === undefined) return undefined
  try {
    const message = await post(entry)
    if (message !== undefined) change(key, { messageId: message.id })
    await Promise.all([refreshThread(entry), invalidatePaths(['/api/v2/chats'])])
    publish(all.filter((candidate) => candidate.key !== key))
    return message
  } catch (error) {
    change(key, { state: 'refused', error })
    if (error instanceof ApiError && error.status >= 500) void refreshThread(entry)
    return undefined
  }
}

/** Sends; the same key twice is one message, here and on the server. */
export function send(entry: Omit<Outgoing, 'state' | 'at'>): Promise<Message | undefined> {
  if (all.some(({ key }) => key === entry.key)) return Promise.resolve(undefined)
  publish([...all, { ...entry, state: 'sending', at: Date.now() }])
  return run(entry.key)
}

/** Sends again what was not taken, under its own key: did it arrive after all, nothing is sent twice. */
export function sendAgain(key: string): void {
  const entry = all.find((candidate) => candidate.key === key)
  if (entry?.state !== 'refused') return
  change(key, { state: 'sending', error: undefined })
  void run(key)
}

/** Lets go of what was not sent. */
export function discard(key: string): void {
  publish(all.filter((entry) => entry.key !== key))
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/** What is on its way or was not sent in a conversation, the oldest first. */
export function useOutgoing(chatId: string): readonly Outgoing[] {
  const entries = useSyncExternalStore(subscribe, () => all)
  return useMemo(() => entries.filter((entry) => entry.chatId === chatId), [entries, chatId])
}
