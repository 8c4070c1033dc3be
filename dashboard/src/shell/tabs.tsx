import { Link, useLocation } from '@tanstack/react-router'
import { Icon } from '../kit/icon.tsx'
import { useText } from '../words/words.ts'
import { useCounters } from './counters.ts'
import { tabItems } from './navigation.ts'
import { CounterMark } from './side.tsx'

/** The five tabs of phones. */
export function Tabs({ openMore }: { openMore(): void }) {
  const t = useText()
  const counters = useCounters()
  const path = useLocation({ select: ({ pathname }) => pathname })
  const isElsewhere = !tabItems.some(({ to }) => (to === '/' ? path === '/' : path.startsWith(to)))
  return (
    <nav className="tabs" aria-label={t('tabs.label')}>
      {tabItems.map((item) => (
        <Link key={item.name} to={item.to} activeOptions={{ exact: item.to === '/' }}>
          <Icon name={item.icon} size="l" />
          {t(`area.${item.name}`)}
          <CounterMark counter={counters[item.name]} />
        </Link>
      ))}
      <button type="button" onClick={openMore} aria-current={isElsewhere ? 'page' : undefined}>
        <Icon name="menu" size="l" />
        {t('tabs.more')}
      </button>
    </nav>
  )
}
