import { useFormat } from '../../i18n/format.ts'
import { isOver } from './parts.ts'
import { TemplateText } from './placeholders.tsx'
import { type Job, type Progress, useAnalytics } from './queries.ts'
import { useText } from './words.ts'

/** So many messages of a variant say something about it. */
const enough = 100

/** `A`, `B`, `C`: what variants are called. */
export const letterOf = (place: number) => String.fromCodePoint(65 + place)

/** The text, or the variants with what each achieved. */
export function TextCard({ job, progress }: { job: Job; progress: Progress }) {
  const t = useText()
  const { variants, message_content: content, media_url: media } = job
  return (
    <section className="card" aria-labelledby="h-text">
      <header>
        <h2 id="h-text">{t(variants === null ? 'text' : 'variants')}</h2>
        <span className="sp" />
        {variants === null ? null : (
          <span className="mute small">
            {t(progress.sent / variants.length < enough ? 'variants.early' : 'variants.even')}
          </span>
        )}
      </header>
      {variants === null ? (
        <p className="pad message-text" dir="auto">
          <TemplateText text={content ?? ''} />
        </p>
      ) : (
        <VariantTable job={job} variants={variants} />
      )}
      {media === null ? null : <p className="pad mono mute cut ltr">{media}</p>}
    </section>
  )
}

function VariantTable({ job, variants }: { job: Job; variants: readonly string[] }) {
  const t = useText()
  const format = useFormat()
  const { data } = useAnalytics(job.id, isOver(job.status))
  const share = (part: number, whole: number) => (whole === 0 ? '–' : format.percent(part / whole))
  return (
    <table className="table variants">
      <thead>
        <tr>
          <th scope="col">{t('text')}</th>
          <th scope="col" className="n lo">
            {t('stage.sent')}
          </th>
          <th scope="col" className="n">
            {t('stage.read')}
          </th>
          <th scope="col" className="n">
            {t('stage.replied')}
          </th>
        </tr>
      </thead>
      <tbody>
        {variants.map((text, place) => {
          const figures = data?.variants.find(({ variant }) => variant === place)
          return (
            <tr key={letterOf(place)}>
              <td>
                <b>{letterOf(place)}</b>{' '}
                <bdi>
                  <TemplateText text={text} />
                </bdi>
              </td>
              <td className="n lo">{figures === undefined ? '–' : format.number(figures.sent)}</td>
              <td className="n">{figures === undefined ? '–' : share(figures.read, figures.delivered)}</td>
              <td className="n">{figures === undefined ? '–' : share(figures.replied, figures.delivered)}</td>
            </tr>
          )
        })}
      </tbody>
    </table>
  )
}
