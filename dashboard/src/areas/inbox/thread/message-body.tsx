import { memo } from 'react'
import { FormattedText } from '../../../kit/formatted-text.tsx'
import { Icon } from '../../../kit/icon.tsx'
import type { Message } from '../shapes.ts'
import { useText } from '../words.ts'
import { ContactCards, OtherCard, PlaceCard, PollCard } from './cards.tsx'
import { textOf } from './kind-words.ts'
import { DocumentCard, Film, Picture, Sticker } from './media-parts.tsx'
import { useSummary } from './quote.tsx'
import { Transcript } from './transcript.tsx'
import { VoicePlayer } from './voice-player.tsx'

const framed: ReadonlySet<string> = new Set(['image', 'video', 'gif'])

/** The class of a bubble by what it holds. */
export function bubbleClass({ message_type: kind, poll, media }: Message): string {
  if (kind === 'poll' && poll !== null) return 'bub poll'
  if (framed.has(kind) && media !== null) return 'bub photo'
  return kind === 'sticker' ? 'bub mbare' : 'bub'
}

/** What a message holds, by its kind. Every kind shows something, also those that there were not when this was made. */
export const MessageBody = memo(({ message }: { message: Message }) => {
  const t = useText()
  const summary = useSummary()
  const { message_type: kind, media, poll, location, vcards } = message
  const text = textOf(message)
  const caption = text === '' ? null : <FormattedText text={text} />
  if (poll !== null) return <PollCard poll={poll} messageId={message.id} />
  if (location !== null) return <PlaceCard location={location} />
  if (vcards !== null) return <ContactCards vcards={vcards} sessionId={message.session_id} />
  if (media === null) {
    // A file whose bytes were never kept, or whose time is over.
    if (message.has_media) {
      return (
        <div className="mother">
          <Icon name="doc" size="s" />
          <span>
            {caption}
            {t('media.gone', { kind: summary({ ...message, text: '', content_preview: '' }) })}
          </span>
        </div>
      )
    }
    return kind === 'text' && text !== '' ? (
      <FormattedText text={text} />
    ) : (
      <OtherCard kind={kind} text={text} />
    )
  }
  if (kind === 'sticker') return <Sticker message={message} words={t('kind.sticker')} />
  if (kind === 'voice' || kind === 'audio')
    return (
      <>
        <VoicePlayer message={message} />
        <Transcript message={message} />
      </>
    )
  return (
    <>
      {kind === 'image' ? <Picture message={message} words={summary(message)} /> : null}
      {kind === 'video' || kind === 'gif' ? <Film message={message} words={summary(message)} /> : null}
      {framed.has(kind) ? null : <DocumentCard message={message} />}
      {caption}
    </>
  )
})
