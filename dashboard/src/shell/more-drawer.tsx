import { Link } from '@tanstack/react-router'
import { queries } from '../api/client.ts'
import { Drawer } from '../kit/dialog.tsx'
import { Icon } from '../kit/icon.tsx'
import { useText } from '../words/words.ts'
import { LiveClock } from './clock.tsx'
import { useCounters } from './counters.ts'
import { navigation } from './navigation.ts'
import { PreferencesMenu } from './preferences.tsx'
import { SessionGlyphs } from './session-glyphs.tsx'
import { CounterMark } from './side.tsx'

/** "More" on phones: everywhere else one can go, and what stands at the foot of the side. */
export function MoreDrawer({ open, onClose }: { open: boolean; onClose(): void }) {
  const t = useText()
  const counters = useCounters()
  const { data: me } = queries.useQuery('get', '/api/v2/users/me')
  return (
    <Drawer open={open} onClose={onClose} title={t('tabs.more')}>
      {navigation.map(({ group, items }) => (
        <div key={group}>
          {group === 'start' ? null : <p className="nav-t">{t(`nav.${group}`)}</p>}
          <ul className="nav more-nav">
            {items.map((item) => (
              <li key={item.name}>
                <Link to={item.to} activeOptions={{ exact: item.to === '/' }} onClick={onClose}>
                  <Icon name={item.icon} />
                  <span>{t(`area.${item.name}`)}</span>
                  <CounterMark counter={counters[item.name]} />
                </Link>
              </li>
            ))}
          </ul>
        </div>
      ))}
      <SessionGlyphs />
      <div className="me">
        <div>
          <b>
            <bdi>{me?.full_name}</bdi>
          </b>
          <LiveClock />
        </div>
        <PreferencesMenu />
      </div>
    </Drawer>
  )
}
