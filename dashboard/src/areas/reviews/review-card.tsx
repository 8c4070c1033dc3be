import { useState } from 'react'
import { useFormat } from '../../i18n/format.ts'
import { Button, IconButton } from '../../kit/button.tsx'
import { Confirm } from '../../kit/confirm.tsx'
import { State } from '../../kit/icon.tsx'
import { Menu } from '../../kit/menu.tsx'
import { Avatar, Time } from '../../kit/text-parts.tsx'
import { showToast } from '../../kit/toasts.tsx'
import { changeReview, deleteReview, type Review } from './queries.ts'
import { useRefusal } from './section-page.tsx'
import { useText } from './words.ts'

const looks = {
  positive: ['ok', 'ok'],
  neutral: ['ring', 'off'],
  negative: ['tri', 'warn'],
} as const

type Change = Parameters<typeof changeReview>[1]

interface ReviewCardProps {
  review: Review
  /** What was refused stands above the list. */
  onFailed(error: unknown): void
}

/** What somebody said, how it sounds and by what that was found, and what may be done with it. */
export function ReviewCard({ review, onFailed }: ReviewCardProps) {
  const t = useText()
  const format = useFormat()
  const [shape, tone] = looks[review.sentiment_label]
  const name = review.contact_name ?? t('unnamed')
  return (
    <article className="card review" aria-label={name}>
      <header>
        <Avatar name={name} size={32} />
        <h2 className="cut">
          <bdi>{name}</bdi>
        </h2>
        <span className="sp" />
        <Time at={review.collected_at} />
      </header>
      <div className="pad stack">
        <p dir="auto" className="words">
          {review.message_text}
        </p>
        <p className="mute small">
          <State shape={shape} tone={tone}>
            {t(`label.${review.sentiment_label}`)}
          </State>{' '}
          {t('score', { score: format.percent(Math.round(review.sentiment_score * 100) / 100) })},{' '}
          {t(`source.${review.sentiment_source}`)}
        </p>
        <Actions review={review} name={name} onFailed={onFailed} />
      </div>
    </article>
  )
}

function Actions({ review, name, onFailed }: ReviewCardProps & { name: string }) {
  const t = useText()
  const refused = useRefusal()
  const [busy, setBusy] = useState<'approve' | 'hide'>()
  const [isDeleting, setDeleting] = useState(false)
  const { id, is_approved: isApproved, is_hidden: isHidden } = review
  async function act(which: 'approve' | 'hide', change: Change, back: Change, told: string) {
    setBusy(which)
    onFailed(undefined)
    try {
      await changeReview(id, change)
      showToast({ text: told, undo: () => void changeReview(id, back).catch(onFailed) })
    } catch (error) {
      onFailed(error)
    } finally {
      setBusy(undefined)
    }
  }
  const approve = () =>
    act(
      'approve',
      { is_approved: !isApproved },
      { is_approved: isApproved },
      t(isApproved ? 'unapproved' : 'approved'),
    )
  const hide = () =>
    act('hide', { is_hidden: !isHidden }, { is_hidden: isHidden }, t(isHidden ? 'shown' : 'hidden'))
  return (
    <div className="tools">
      {isHidden ? null : (
        <Button busy={busy === 'approve'} refused={refused} onClick={() => void approve()}>
          {t(isApproved ? 'unapprove' : 'approve')}
        </Button>
      )}
      <Button look="quiet" busy={busy === 'hide'} refused={refused} onClick={() => void hide()}>
        {t(isHidden ? 'show' : 'hide')}
      </Button>
      <Menu
        trigger={<IconButton icon="dots" label={t('more', { name })} />}
        groups={[[{ id: 'delete', label: t('delete'), refused, onSelect: () => setDeleting(true) }]]}
      />
      <Confirm
        open={isDeleting}
        onClose={() => setDeleting(false)}
        isLoss
        title={t('delete.title')}
        action={t('delete.action')}
        keep={t('keep')}
        run={() => deleteReview(id)}
      >
        <p>{t('delete.text')}</p>
      </Confirm>
    </div>
  )
}
