import { useEffect, useState, useSyncExternalStore } from 'react'
import { liveStore } from '../api/live.ts'
import { useFormat } from '../i18n/format.ts'
import { Glyph } from '../kit/icon.tsx'
import { useText } from '../words/words.ts'

/** A short break is nobody's business. */
const patienceMs = 3000

function subscribeOnline(listener: () => void): () => void {
  addEventListener('online', listener)
  addEventListener('offline', listener)
  return () => {
    removeEventListener('online', listener)
    removeEventListener('offline', listener)
  }
}

/** Says since when nothing arrives, and that all is fetched again afterwards. */
export function OfflineBar() {
  const t = useText()
  const format = useFormat()
  const live = useSyncExternalStore(liveStore.subscribe, liveStore.get)
  const isOnline = useSyncExternalStore(subscribeOnline, () => navigator.onLine)
  const [isLong, setLong] = useState(false)
  const isDown = live.is === 'connecting'
  useEffect(() => {
    if (!isDown) return setLong(false)
    const timer = setTimeout(() => setLong(true), patienceMs)
    return () => clearTimeout(timer)
  }, [isDown])
  const isShown = live.is === 'connecting' && (isLong || !isOnline)
  return (
    <div role="status">
      {isShown ? (
        <div className="note info offline">
          <Glyph name="spin" />
          <div>
            <b>
              {isOnline
                ? t('offline.reconnecting', { time: format.clock(live.since) })
                : t('offline.title', { time: format.clock(live.since) })}
            </b>
            {t('offline.text')}
          </div>
        </div>
      ) : null}
    </div>
  )
}
