import { Page, PageBody } from '../../shell/page.tsx'
import './sessions.css'
import { useText } from './words.ts'

/** The first page of the area. */
export function SessionsPage() {
  const t = useText()
  return (
    <Page title={t('title')}>
      <PageBody label={t('title')}>{null}</PageBody>
    </Page>
  )
}
