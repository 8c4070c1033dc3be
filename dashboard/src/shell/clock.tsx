import { useEffect, useState, useSyncExternalStore } from 'react'
import { liveStore } from '../api/live.ts'
import { useFormat } from '../i18n/format.ts'
import { useText } from '../words/words.ts'

const minuteMs = 60_000

/** The time, new with each minute. */
export function useMinute(): Date {
  const [now, setNow] = useState(() => new Date())
  useEffect(() => {
    const timer = setTimeout(() => setNow(new Date()), minuteMs - (now.getTime() % minuteMs))
    return () => clearTimeout(timer)
  }, [now])
  return now
}

/** Whether events arrive, and what time it is where the tenant is. */
export function LiveClock() {
  const t = useText()
  const format = useFormat()
  const now = useMinute()
  const live = useSyncExternalStore(liveStore.subscribe, liveStore.get)
  const place = format.timeZone.split('/').at(-1)?.replaceAll('_', ' ') ?? format.timeZone
  const values = { time: format.clock(now), place }
  return (
    <span className={`live ${live.is === 'connecting' ? 'waiting' : ''}`}>
      <span className="num">
        {t(
          live.is === 'live' ? 'side.live' : live.is === 'asking' ? 'side.asking' : 'side.connecting',
          values,
        )}
      </span>
    </span>
  )
}
