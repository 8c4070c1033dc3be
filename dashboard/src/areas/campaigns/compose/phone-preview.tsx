import { useEffect, useState } from 'react'
import type { Schemas } from '../../../api/client.ts'
import { groupPhone, useFormat } from '../../../i18n/format.ts'
import { IconButton } from '../../../kit/button.tsx'
import { FormattedText } from '../../../kit/formatted-text.tsx'
import { Icon } from '../../../kit/icon.tsx'
import { useReason } from '../../../kit/notes.tsx'
import { Avatar } from '../../../kit/text-parts.tsx'
import { letterOf } from '../campaign-texts.tsx'
import { type PreviewBody, usePreview } from '../queries.ts'
import { useReasonWords } from '../titles.ts'
import { useText } from '../words.ts'
import { type Draft, toPreview, writtenTexts } from './draft.ts'

const restMs = 350

/** What was typed once typing rests. */
function useRested(body: PreviewBody): PreviewBody {
  const text = JSON.stringify(body)
  const [rested, setRested] = useState(text)
  useEffect(() => {
    const timer = setTimeout(() => setRested(text), restMs)
    return () => clearTimeout(timer)
  }, [text])
  return JSON.parse(rested) as PreviewBody
}

/** Whether what rests can be asked about: typing may be ahead of it. */
function isWhole({
  session_id,
  custom_group_id,
  message_content,
  variants,
  media_url,
}: PreviewBody): boolean {
  const content = message_content ?? variants ?? media_url
  return session_id !== '' && (custom_group_id ?? '') !== '' && content !== undefined
}

/** The message on the phones of real people of the list, one after the other. */
export function PhonePreview({ draft }: { draft: Draft }) {
  const t = useText()
  const format = useFormat()
  const reason = useReason()
  const [at, setAt] = useState(0)
  const body = useRested(toPreview(draft))
  const isReady =
    draft.sessionId !== '' &&
    draft.groupId !== '' &&
    (writtenTexts(draft).length > 0 || draft.mediaUrl !== '')
  const query = usePreview(body, isReady && isWhole(body))
  const previews = query.data?.previews ?? []
  const shown = previews[Math.min(at, previews.length - 1)]
  const step = (by: number) => setAt((old) => (old + by + previews.length) % Math.max(previews.length, 1))
  return (
    <aside className="phone-side" aria-label={t('preview')}>
      <div className="phone-screen" aria-live="polite">
        <header>
          {shown === undefined ? null : <Avatar name={shown.name ?? shown.phone} size={32} />}
          <div>
            <b>
              <bdi>{shown === undefined ? t('preview') : (shown.name ?? groupPhone(shown.phone))}</bdi>
            </b>
            <br />
            <small className="ltr num">{shown?.name == null ? '' : groupPhone(shown.phone)}</small>
          </div>
        </header>
        {shown === undefined ? (
          <p className="pad mute small">
            {isReady && query.error !== null ? reason(query.error) : t('preview.none')}
          </p>
        ) : (
          <Bubble shown={shown} />
        )}
        {previews.length > 1 ? (
          <div className="phone-nav">
            <IconButton icon="back" className="flip" label={t('preview.previous')} onClick={() => step(-1)} />
            <span>
              {t('preview.of', {
                number: format.number(Math.min(at, previews.length - 1) + 1),
                total: format.number(previews.length),
              })}
              {shown?.variant == null ? '' : ` · ${letterOf(shown.variant)}`}
            </span>
            <IconButton icon="right" className="flip" label={t('preview.next')} onClick={() => step(1)} />
          </div>
        ) : null}
      </div>
    </aside>
  )
}

/** One message as its reader sees it. */
function Bubble({ shown }: { shown: Schemas['BulkPreview'] }) {
  const t = useText()
  const format = useFormat()
  const words = useReasonWords()
  const { skip_reason: skipped, media_url: media, text } = shown
  if (skipped !== null)
    return <p className="pad warn small">{t('preview.skipped', { reason: words(skipped) })}</p>
  return (
    <div className="bubble" dir="auto">
      {media === null ? null : (
        <span className="file">
          <Icon name="doc" size="s" />
          <span className="cut ltr">{media.split('/').at(-1)}</span>
        </span>
      )}
      <FormattedText text={text ?? ''} />
      <time>{format.clock(new Date())}</time>
    </div>
  )
}
