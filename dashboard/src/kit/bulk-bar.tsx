import type { ReactNode } from 'react'
import { useText } from '../words/words.ts'
import { Icon } from './icon.tsx'
import type { Selection } from './selection.ts'

/** What can be done with the rows that are selected. `matching` is what the server counted for the filter. */
export function BulkBar({
  selection,
  matching,
  children,
}: {
  selection: Selection
  matching?: number
  children: ReactNode
}) {
  const t = useText()
  const { count, isAllMatching } = selection
  if (count === 0 && !isAllMatching) return null
  const offersAll = matching !== undefined && !isAllMatching && matching > count
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset would draw a frame of its own
    <div className="bulk" role="group" aria-label={t('bulk.label')}>
      <b role="status">{t('bulk.selected', { count: isAllMatching ? (matching ?? count) : count })}</b>
      {offersAll ? (
        <button type="button" onClick={selection.selectAllMatching}>
          {t('bulk.all_matching', { count: matching })}
        </button>
      ) : null}
      <span className="d" />
      {children}
      <button type="button" aria-label={t('bulk.clear')} onClick={selection.clear}>
        <Icon name="x" size="s" />
      </button>
    </div>
  )
}
