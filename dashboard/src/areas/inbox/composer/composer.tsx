import { type ClipboardEvent, type KeyboardEvent, useEffect, useRef, useState } from 'react'
import { Button, IconButton } from '../../../kit/button.tsx'
import { Icon } from '../../../kit/icon.tsx'
import { newKey } from '../../../kit/new-key.ts'
import { useKey } from '../../../shell/keys.ts'
import type { ChatRef } from '../queries.ts'
import type { Chat, Message } from '../shapes.ts'
import { clockOf } from '../thread/media-parts.tsx'
import { useSummary } from '../thread/quote.tsx'
import { useTitle } from '../title.tsx'
import { useText } from '../words.ts'
import { type Attachment, attach, kindOfFile } from './attachments.ts'
import { keepDraft, useDraft } from './drafts.ts'
import { EmojiButton } from './emoji-button.tsx'
import { type Content, send } from './outbox.ts'
import { useRecorder } from './recorder.ts'
import type { Obstacle } from './sendability.ts'
import { useTypingNotice } from './typing.ts'

/** WhatsApp's longest text, and longest caption. */
const longest = { text: 4096, caption: 1024 }

interface ComposerProps {
  chat: Chat
  place: ChatRef
  userId: string
  obstacle: Obstacle | undefined
  obstacleWords: string | undefined
  /** The message that the draft answers, once known. */
  replied: Message | undefined
  files: readonly Attachment[]
  setFiles(files: readonly Attachment[]): void
}

/** Where a message is written: the draft stays, files wait with it, and what cannot be sent says so before one types. */
export function Composer(props: ComposerProps) {
  const { chat, place, userId, obstacle, obstacleWords, replied, files, setFiles } = props
  const t = useText()
  const draft = useDraft(userId, chat.id)
  const text = draft?.text ?? ''
  const field = useRef<HTMLTextAreaElement>(null)
  const title = useTitle(chat)
  const tellTyping = useTypingNotice(place)
  const recorder = useRecorder()
  const barrier = obstacle?.isBarrier === true ? obstacleWords : undefined
  const limit = files.length > 0 ? longest.caption : longest.text
  const isTooLong = text.length > limit
  const isEmpty = text.trim() === '' && files.length === 0

  const focus = () => field.current?.focus()
  useKey('r', focus)
  const repliedId = draft?.replyTo
  useEffect(() => {
    if (repliedId !== undefined) field.current?.focus()
  }, [repliedId])

  function write(next: string) {
    keepDraft(userId, chat.id, { text: next, ...(repliedId === undefined ? {} : { replyTo: repliedId }) })
    if (next !== '' && barrier === undefined) tellTyping('typing')
  }
  function dispatch(key: string, content: Content) {
    void send({ ...place, key, to: chat.wa_chat_id, content })
  }
  function submit() {
    if (barrier !== undefined || isTooLong || isEmpty) return
    const answer = repliedId === undefined ? {} : { replyTo: repliedId }
    // A draft of files alone has no key of its own; each file has one.
    if (files.length === 0 && draft !== undefined) {
      dispatch(draft.key, { kind: 'text', text: text.trim(), ...answer })
    }
    for (const [index, { key, file }] of files.entries()) {
      const caption = index === 0 ? text.trim() : ''
      dispatch(key, {
        kind: 'file',
        file,
        as: kindOfFile(file.type),
        caption,
        ...(index === 0 ? answer : {}),
      })
    }
    setFiles([])
    keepDraft(userId, chat.id, { text: '' })
    focus()
  }
  async function sendRecording() {
    const file = await recorder.finish()
    if (file === undefined) return
    dispatch(newKey(), { kind: 'file', file, as: 'voice', caption: '' })
  }
  function onKeyDown(event: KeyboardEvent) {
    // While Chinese or Japanese is being composed, Enter chooses a word.
    if (event.key === 'Enter' && !event.shiftKey && !event.nativeEvent.isComposing) {
      event.preventDefault()
      submit()
    }
    if (event.key === 'Escape') {
      event.stopPropagation()
      field.current?.blur()
    }
  }
  function onPaste(event: ClipboardEvent) {
    const pasted = [...event.clipboardData.files]
    if (pasted.length === 0) return
    event.preventDefault()
    setFiles([...files, ...attach(pasted)])
  }
  function insert(emoji: string) {
    const at = field.current?.selectionEnd ?? text.length
    write(`${text.slice(0, at)}${emoji}${text.slice(at)}`)
    focus()
  }
  return (
    <form
      className="composer"
      onSubmit={(event) => {
        event.preventDefault()
        submit()
      }}
    >
      {obstacleWords === undefined ? null : (
        <p className={`mbarrier ${barrier === undefined ? '' : 'warn'}`} id="composer-barrier">
          {obstacleWords}
        </p>
      )}
      {repliedId === undefined ? null : (
        <Replied message={replied} onDrop={() => keepDraft(userId, chat.id, { text })} />
      )}
      <Waiting files={files} setFiles={setFiles} />
      {recorder.error === undefined ? null : (
        <p className="mbarrier warn" role="alert">
          {t(`record.${recorder.error}`)}
        </p>
      )}
      <textarea
        ref={field}
        dir="auto"
        rows={1}
        aria-label={t('composer.label', { name: title })}
        placeholder={t(files.length > 0 ? 'composer.caption' : 'composer.placeholder')}
        aria-describedby={obstacleWords === undefined ? undefined : 'composer-barrier'}
        readOnly={barrier !== undefined}
        value={text}
        onChange={(event) => write(event.target.value)}
        onKeyDown={onKeyDown}
        onPaste={onPaste}
      />
      {recorder.state === 'recording' ? (
        <div className="tools">
          <span className="mrec" aria-hidden="true" />
          <span className="num ltr" role="timer">
            {clockOf(recorder.seconds)}
          </span>
          <span className="sp" />
          <Button look="quiet" onClick={recorder.cancel}>
            {t('record.cancel')}
          </Button>
          <Button look="primary" icon="send" onClick={() => void sendRecording()}>
            {t('record.send')}
          </Button>
        </div>
      ) : (
        <div className="tools">
          <AttachButton barrier={barrier} onFiles={(list) => setFiles([...files, ...attach(list)])} />
          <EmojiButton onChoose={insert} />
          <IconButton
            icon="mic"
            label={t('record.start')}
            refused={barrier}
            busy={recorder.state === 'asking'}
            onClick={() => {
              tellTyping('recording')
              void recorder.start()
            }}
          />
          <span className="sp" />
          <Hint chat={chat} length={text.length} limit={limit} />
          <Button
            look="primary"
            type="submit"
            refused={barrier ?? (isTooLong ? t('composer.too_long', { limit }) : undefined)}
          >
            {t('composer.send')}
            <kbd className="desk-only msendkey">↵</kbd>
          </Button>
        </div>
      )}
    </form>
  )
}

function Hint({ chat, length, limit }: { chat: Chat; length: number; limit: number }) {
  const t = useText()
  if (length > limit * 0.9) {
    return <span className={`hint num ltr ${length > limit ? 'bad' : ''}`}>{`${length} / ${limit}`}</span>
  }
  const isCold = !chat.is_group && chat.last_inbound_at === null
  return <span className="hint desk-only">{isCold ? t('composer.cold') : t('composer.open')}</span>
}

function AttachButton({
  barrier,
  onFiles,
}: {
  barrier: string | undefined
  onFiles(files: readonly File[]): void
}) {
  const t = useText()
  const input = useRef<HTMLInputElement>(null)
  return (
    <>
      <IconButton
        icon="clip"
        label={t('composer.attach')}
        refused={barrier}
        onClick={() => input.current?.click()}
      />
      <input
        ref={input}
        type="file"
        multiple
        hidden
        aria-label={t('composer.attach')}
        onChange={(event) => {
          onFiles([...(event.target.files ?? [])])
          event.target.value = ''
        }}
      />
    </>
  )
}

function Replied({ message, onDrop }: { message: Message | undefined; onDrop(): void }) {
  const t = useText()
  const summary = useSummary()
  const name =
    message?.direction === 'outbound' ? t('you') : (message?.sender_name ?? message?.sender_phone ?? '')
  return (
    <div className="quote mreply">
      <span className="cut">
        <b>{t.rich('composer.replying', { name: <bdi>{name}</bdi> })}</b>
        <bdi className="cut">{message === undefined ? '…' : summary(message)}</bdi>
      </span>
      <IconButton icon="x" label={t('composer.no_reply')} onClick={onDrop} />
    </div>
  )
}

function Waiting({
  files,
  setFiles,
}: {
  files: readonly Attachment[]
  setFiles(files: readonly Attachment[]): void
}) {
  const t = useText()
  if (files.length === 0) return null
  return (
    <ul className="mfiles">
      {files.map(({ key, file }) => (
        <li key={key}>
          <FilePreview file={file} />
          <bdi className="cut">{file.name}</bdi>
          <IconButton
            icon="x"
            label={t('composer.remove', { name: file.name })}
            onClick={() => setFiles(files.filter((other) => other.key !== key))}
          />
        </li>
      ))}
    </ul>
  )
}

function FilePreview({ file }: { file: File }) {
  const [url, setUrl] = useState<string>()
  useEffect(() => {
    if (!file.type.startsWith('image/')) return undefined
    const made = URL.createObjectURL(file)
    setUrl(made)
    return () => URL.revokeObjectURL(made)
  }, [file])
  return url === undefined ? <Icon name="doc" /> : <img src={url} alt="" />
}
