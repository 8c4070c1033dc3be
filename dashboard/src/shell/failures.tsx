import { Link, useRouter } from '@tanstack/react-router'
import { Empty, ErrorNote } from '../kit/notes.tsx'
import { SkeletonRows } from '../kit/skeleton.tsx'
import { useText } from '../words/words.ts'
import { Page, PageBody } from './page.tsx'

/** A page that fell over; the rest of the product goes on. */
export function FailedPage({ error }: { error: unknown }) {
  const t = useText()
  const router = useRouter()
  return (
    <Page title={t('error.page_title')}>
      <PageBody label={t('error.page_title')}>
        <ErrorNote error={error} onRetry={() => void router.invalidate()} />
      </PageBody>
    </Page>
  )
}

/** An address that leads nowhere. */
export function MissingPage() {
  const t = useText()
  return (
    <Page title={t('missing.title')}>
      <PageBody label={t('missing.title')}>
        <Empty
          title={t('missing.title')}
          action={
            <Link className="btn primary" to="/">
              {t('missing.action')}
            </Link>
          }
        >
          {t('missing.text')}
        </Empty>
      </PageBody>
    </Page>
  )
}

/** A page on its way. */
export function PendingPage() {
  return (
    <main className="sheet" id="main">
      <div className="head" />
      <SkeletonRows />
    </main>
  )
}
