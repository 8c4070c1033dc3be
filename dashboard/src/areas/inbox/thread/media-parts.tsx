import { useRef, useState } from 'react'
import { useFormat } from '../../../i18n/format.ts'
import { Button, IconButton } from '../../../kit/button.tsx'
import { Dialog } from '../../../kit/dialog.tsx'
import { Icon } from '../../../kit/icon.tsx'
import { useReason } from '../../../kit/notes.tsx'
import type { Message } from '../shapes.ts'
import { useText } from '../words.ts'
import { fetchMedia, saveBlob, useMedia } from './media-url.ts'

/** Larger files are fetched when asked for: not everybody pays nothing for what is sent to them. */
const freelyBytes = 8_000_000

/** A file that is not there (any more), with the reason and another try. */
export function MissingFile({ error, onRetry }: { error: unknown; onRetry(): void }) {
  const t = useText()
  const reason = useReason()
  return (
    <div className="mfile-gone">
      <span className="mute">{t('media.failed', { reason: reason(error) })}</span>
      <button type="button" className="link" onClick={onRetry}>
        {t('media.retry')}
      </button>
    </div>
  )
}

/** Saves the file of a message on the device. */
export function SaveFile({ message, name }: { message: Message; name: string }) {
  const t = useText()
  const [isBusy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>()
  async function save() {
    setBusy(true)
    setError(undefined)
    try {
      saveBlob(await fetchMedia(message.id), name)
    } catch (refusal) {
      setError(refusal)
    } finally {
      setBusy(false)
    }
  }
  return (
    <>
      <IconButton
        icon="download"
        label={t('media.save', { name })}
        busy={isBusy}
        onClick={() => void save()}
      />
      {error === undefined ? null : <MissingFile error={error} onRetry={() => void save()} />}
    </>
  )
}

const extensions: Record<string, string> = { 'image/jpeg': 'jpg', 'audio/ogg': 'ogg', 'video/mp4': 'mp4' }

/** A name for the file on the device. */
export function fileNameOf({ media, message_type, id }: Message): string {
  if (media?.file_name) return media.file_name
  const type = media?.mimetype.split(';')[0] ?? ''
  return `${message_type}-${id.slice(-6)}.${extensions[type] ?? type.split('/')[1] ?? 'bin'}`
}

/** A photo, cut to a frame that does not change when it arrives; pressed, it is shown whole. */
export function Picture({ message, words }: { message: Message; words: string }) {
  const t = useText()
  const format = useFormat()
  const size = message.media?.size ?? 0
  const [isAsked, setAsked] = useState(size <= freelyBytes)
  const [isOpen, setOpen] = useState(false)
  const { media, error, retry } = useMedia(message.id, isAsked)
  if (error !== undefined) return <MissingFile error={error} onRetry={retry} />
  if (!isAsked) {
    return (
      <button type="button" className="mframe ask" onClick={() => setAsked(true)}>
        {t('media.load', { size: format.bytes(size) })}
      </button>
    )
  }
  return (
    <>
      <button type="button" className="mframe" aria-label={words} onClick={() => setOpen(true)}>
        {media === undefined ? <span className="skel" /> : <img src={media.url} alt={words} />}
      </button>
      <Dialog
        open={isOpen && media !== undefined}
        onClose={() => setOpen(false)}
        title={words}
        wide
        footer={
          <>
            <Button
              icon="download"
              onClick={() => media !== undefined && saveBlob(media.blob, fileNameOf(message))}
            >
              {t('media.save_it')}
            </Button>
            <Button look="primary" onClick={() => setOpen(false)}>
              {t('close')}
            </Button>
          </>
        }
      >
        <img className="mwhole" src={media?.url} alt={words} />
      </Dialog>
    </>
  )
}

/** A sticker, on no ground. */
export function Sticker({ message, words }: { message: Message; words: string }) {
  const { media, error, retry } = useMedia(message.id)
  if (error !== undefined) return <MissingFile error={error} onRetry={retry} />
  return (
    <span className="msticker">
      {media === undefined ? <span className="skel" /> : <img src={media.url} alt={words} />}
    </span>
  )
}

/** A film, fetched when it is started. */
export function Film({ message, words }: { message: Message; words: string }) {
  const t = useText()
  const format = useFormat()
  const isGif = message.message_type === 'gif'
  const isQuick = isGif && (message.media?.size ?? 0) <= freelyBytes
  const [isAsked, setAsked] = useState(isQuick)
  const { media, error, retry } = useMedia(message.id, isAsked)
  const { seconds = null, size = null } = message.media ?? {}
  const element = useRef<HTMLVideoElement>(null)
  if (error !== undefined) return <MissingFile error={error} onRetry={retry} />
  if (media !== undefined) {
    const isStill = matchMedia('(prefers-reduced-motion: reduce)').matches
    return (
      <video
        ref={element}
        className="mframe"
        src={media.url}
        aria-label={words}
        controls={!isGif || isStill}
        loop={isGif}
        muted={isGif}
        autoPlay={isGif ? !isStill : true}
        playsInline
      />
    )
  }
  return (
    <button type="button" className="mframe ask" onClick={() => setAsked(true)}>
      {isAsked ? <span className="skel" /> : <Icon name="play" size="l" />}
      <span className="sr">{t('media.play', { name: words })}</span>
      <span className="num">
        {seconds === null ? null : clockOf(seconds)} {size === null ? null : format.bytes(size)}
      </span>
    </button>
  )
}

/** Minutes and seconds of a recording, such as 0:23. */
export function clockOf(seconds: number): string {
  const whole = Math.max(Math.floor(seconds), 0)
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`
}

/** A document: its name, its size, and a way to keep it. */
export function DocumentCard({ message }: { message: Message }) {
  const format = useFormat()
  const name = fileNameOf(message)
  const size = message.media?.size ?? null
  return (
    <div className="mdoc">
      <Icon name="doc" />
      <span className="cut">
        <bdi>{name}</bdi>
        <small className="mute">
          {message.media?.mimetype.split(';')[0]}
          {size === null ? null : ` · ${format.bytes(size)}`}
        </small>
      </span>
      {message.media === null ? null : <SaveFile message={message} name={name} />}
    </div>
  )
}
