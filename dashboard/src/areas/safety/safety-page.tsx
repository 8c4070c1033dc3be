import { Page, PageBody } from '../../shell/page.tsx'
import './safety.css'
import { useText } from './words.ts'

/** The first page of the area. */
export function SafetyPage() {
  const t = useText()
  return (
    <Page title={t('title')}>
      <PageBody label={t('title')}>{null}</PageBody>
    </Page>
  )
}
