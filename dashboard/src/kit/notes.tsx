import type { ReactNode } from 'react'
import { ApiError } from '../api/api-error.ts'
import { useLanguage } from '../i18n/language-context.tsx'
import { useText } from '../words/words.ts'
import { Button } from './button.tsx'
import { CopyButton } from './copy-button.tsx'
import { Glyph, type GlyphName } from './icon.tsx'

/** A box that tells something: what, and below what it means. */
export function Note({
  tone,
  shape,
  title,
  children,
  actions,
}: {
  tone?: 'bad' | 'warn' | 'info'
  shape?: GlyphName
  title?: ReactNode
  children?: ReactNode
  actions?: ReactNode
}) {
  return (
    <div className={`note ${tone ?? ''}`} role={tone === 'bad' ? 'alert' : undefined}>
      {shape === undefined ? null : <Glyph name={shape} />}
      <div>
        {title === undefined ? null : <b>{title}</b>}
        {children}
        {actions === undefined ? null : <div className="tools note-tools">{actions}</div>}
      </div>
    </div>
  )
}

/** What went wrong in words: of the server where it answered, ours where it did not. */
export function useReason(): (error: unknown) => string {
  const t = useText()
  const { language } = useLanguage()
  return (error) => {
    if (!(error instanceof ApiError)) return t('error.page')
    if (error.code === 'offline') return t('error.offline')
    if (error.code === 'timeout') return t('error.timeout')
    if (error.status === 429) return t('error.too_many', { seconds: error.retryAfterSeconds ?? 60 })
    if (error.status >= 500) return t('error.server', { status: error.status })
    // The server speaks English, and says more than what is usual; other languages have the usual.
    const key = `refusal.${error.code}`
    const usual = language === 'en' ? key : t.of(key)
    return usual === key ? error.message : usual
  }
}

/** An error: what, why, what to do, and details that can be copied. */
export function ErrorNote({
  error,
  title,
  since,
  onRetry,
}: {
  error: unknown
  title?: ReactNode
  /** From when what is shown is, if something is shown. */
  since?: string | undefined
  onRetry?: (() => void) | undefined
}) {
  const t = useText()
  const reason = useReason()
  const details = error instanceof ApiError ? error.details : String(error)
  const actions = (
    <>
      {onRetry === undefined ? null : <Button onClick={onRetry}>{t('retry')}</Button>}
      <CopyButton look="quiet" text={details}>
        {t('error.copy_details')}
      </CopyButton>
    </>
  )
  return (
    <Note tone="bad" shape="tri" title={title ?? t('error.title')} actions={actions}>
      {reason(error)}
      {since === undefined ? null : ` ${t('error.shown_since', { time: since })}`}
    </Note>
  )
}

/** Nothing there yet: what this is, and one button. */
export function Empty({
  title,
  children,
  action,
}: {
  title: ReactNode
  children?: ReactNode
  action?: ReactNode
}) {
  return (
    <div className="empty">
      <svg className="art" width="92" height="64" viewBox="0 0 92 64" aria-hidden="true">
        <g fill="none" stroke="var(--line-strong)" strokeWidth="2.5" strokeLinecap="round">
          <path d="M14 56V34a16 16 0 0 1 32 0v22" opacity=".5" />
          <path d="M34 56V28a18 18 0 0 1 36 0v18c0 6 3 10 9 10" stroke="var(--accent-text)" />
        </g>
      </svg>
      <b>{title}</b>
      {children === undefined ? null : <p>{children}</p>}
      {action}
    </div>
  )
}
