import { Link } from '@tanstack/react-router'
import { queries } from '../api/client.ts'
import { Glyph, Icon, Mark } from '../kit/icon.tsx'
import { Avatar } from '../kit/text-parts.tsx'
import { useText } from '../words/words.ts'
import { LiveClock } from './clock.tsx'
import { type Counter, useCounters } from './counters.ts'
import { type NavigationItem, navigation } from './navigation.ts'
import { PreferencesMenu } from './preferences.tsx'
import { SessionGlyphs } from './session-glyphs.tsx'

/** `Ctrl K` where there is no command key. */
export const commandKey = /Mac|iPhone|iPad/.test(navigator.userAgent) ? '⌘K' : 'Ctrl K'

/** A counter of the side: grey waits, red with a triangle is broken. */
export function CounterMark({ counter }: { counter: Counter | undefined }) {
  if (counter === undefined || counter.count === 0) return null
  return (
    <span className={`n ${counter.isBroken ? 'hot' : ''}`}>
      {counter.isBroken ? <Glyph name="tri" /> : null}
      {counter.count}
      <span className="sr"> {counter.words}</span>
    </span>
  )
}

function Line({ item, counter }: { item: NavigationItem; counter: Counter | undefined }) {
  const t = useText()
  return (
    <li>
      <Link to={item.to} activeOptions={{ exact: item.to === '/' }} title={t(`area.${item.name}`)}>
        <Icon name={item.icon} />
        <span>{t(`area.${item.name}`)}</span>
        <CounterMark counter={counter} />
      </Link>
    </li>
  )
}

/** The side: where one can go, what waits there, how the numbers are, who one is. */
export function Side({ openPalette, openHelp }: { openPalette(): void; openHelp(): void }) {
  const t = useText()
  const counters = useCounters()
  const { data: me } = queries.useQuery('get', '/api/v2/users/me')
  return (
    <nav className="side" aria-label={t('side.label')}>
      <Link className="brand" to="/">
        <Mark />
        <div>
          <b>MoltFlow</b>
          <small>
            <bdi>{me?.tenant.name}</bdi>
          </small>
        </div>
      </Link>
      <button className="find" type="button" onClick={openPalette}>
        <Icon name="search" size="s" />
        <span>{t('palette.open')}</span>
        <kbd>{commandKey}</kbd>
      </button>
      {navigation.map(({ group, items }) => (
        <div key={group}>
          {group === 'start' ? null : (
            <p className="nav-t" aria-hidden="true">
              {t(`nav.${group}`)}
            </p>
          )}
          <ul className="nav" aria-label={group === 'start' ? undefined : t(`nav.${group}`)}>
            {items.map((item) => (
              <Line key={item.name} item={item} counter={counters[item.name]} />
            ))}
          </ul>
        </div>
      ))}
      <div className="side-end">
        <SessionGlyphs />
        <div className="me">
          <Avatar name={me?.full_name ?? ''} size={28} />
          <div>
            <b>
              <bdi>{me?.full_name}</bdi>
            </b>
            <LiveClock />
          </div>
          <PreferencesMenu onHelp={openHelp} />
        </div>
      </div>
    </nav>
  )
}
