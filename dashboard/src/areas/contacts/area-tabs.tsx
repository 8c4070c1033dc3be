import { useNavigate } from '@tanstack/react-router'
import { Segments } from '../../kit/filters.tsx'
import { useText } from './words.ts'

/** People, and the lists made of them. */
export function AreaTabs({ at }: { at: 'people' | 'lists' }) {
  const t = useText()
  const navigate = useNavigate()
  return (
    <Segments
      label={t('view')}
      value={at}
      onChange={(next) => void navigate({ to: next === 'people' ? '/contacts' : '/contacts/lists' })}
      options={[
        { value: 'people', label: t('view.people') },
        { value: 'lists', label: t('view.lists') },
      ]}
    />
  )
}
