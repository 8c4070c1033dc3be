import { FormattedText } from '../../../kit/formatted-text.tsx'
import { Glyph } from '../../../kit/icon.tsx'
import { useRefusalWords } from '../thread/failure-words.ts'
import { FileName } from '../thread/message-row.tsx'
import { useText } from '../words.ts'
import { discard, type Outgoing, sendAgain } from './outbox.ts'

/** A message on its way, or one that was not taken: with its reason, and sent again under the same key. */
export function OutgoingRow({ entry }: { entry: Outgoing }) {
  const t = useText()
  const why = useRefusalWords()
  const { content, state, error, key } = entry
  const isRefused = state === 'refused'
  return (
    <article className={`m out gap ${isRefused ? 'bad' : ''}`} data-outgoing={key}>
      <div className="bub">
        {content.kind === 'text' ? (
          <FormattedText text={content.text} />
        ) : (
          <>
            <FileName name={content.file.name} />
            {content.caption === '' ? null : <FormattedText text={content.caption} />}
          </>
        )}
      </div>
      {isRefused ? (
        <div className="meta bad" role="alert">
          <Glyph name="tri" />
          <span>{t('failed.line', { reason: why(error) })}</span>
          <button type="button" onClick={() => sendAgain(key)}>
            {t('failed.again')}
          </button>
          <button type="button" onClick={() => discard(key)}>
            {t('failed.discard')}
          </button>
        </div>
      ) : (
        <div className="meta">
          <Glyph name="clock" />
          {t('status.pending')}
        </div>
      )}
    </article>
  )
}
