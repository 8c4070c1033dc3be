import { useEffect, useRef, useState } from 'react'
import { Icon } from '../../../kit/icon.tsx'
import type { Message } from '../shapes.ts'
import { useText } from '../words.ts'
import { clockOf, MissingFile } from './media-parts.tsx'
import { type Media, useMedia } from './media-url.ts'

const bars = 46
const barWidth = 4.3
const rates = [1, 1.5, 2] as const
/** Recordings up to this size are fetched for their picture; larger ones when they are played. */
const freelyBytes = 1_500_000
const flat: readonly number[] = Array.from({ length: bars }, () => 0.2)

let playing: HTMLAudioElement | undefined

async function readPeaks(blob: Blob): Promise<number[]> {
  const context = new OfflineAudioContext(1, 1, 16_000)
  const sound = await context.decodeAudioData(await blob.arrayBuffer())
  const samples = sound.getChannelData(0)
  const step = Math.max(Math.floor(samples.length / bars), 1)
  const loudness = Array.from({ length: bars }, (_, bar) => {
    let sum = 0
    for (let at = bar * step; at < Math.min((bar + 1) * step, samples.length); at += 8) {
      sum += Math.abs(samples[at] ?? 0)
    }
    return sum
  })
  const top = Math.max(...loudness)
  return top === 0 ? [...flat] : loudness.map((value) => Math.max(value / top, 0.12))
}

function usePeaks(media: Media | undefined): readonly number[] {
  const [peaks, setPeaks] = useState(flat)
  useEffect(() => {
    if (media === undefined) return undefined
    let isGone = false
    // A browser that cannot read the sound shows a flat line; it plays it, or says that it cannot.
    readPeaks(media.blob).then(
      (found) => !isGone && setPeaks(found),
      () => undefined,
    )
    return () => {
      isGone = true
    }
  }, [media])
  return peaks
}

function Wave({ peaks, share }: { peaks: readonly number[]; share: number }) {
  return (
    <svg className="wave" viewBox={`0 0 ${bars * barWidth} 30`} preserveAspectRatio="none" aria-hidden="true">
      {peaks.map((peak, index) => {
        const height = 3 + peak * 25
        const isPlayed = index / bars < share
        return (
          <rect
            // biome-ignore lint/suspicious/noArrayIndexKey: bars have no other name than their place
            key={index}
            x={index * barWidth}
            y={15 - height / 2}
            width="2.6"
            height={height}
            rx="1.3"
            fill={isPlayed ? 'var(--accent-text)' : 'var(--chart-mute)'}
          />
        )
      })}
    </svg>
  )
}

/** A voice note or other sound: play, loudness, where one is, and how fast it goes. */
export function VoicePlayer({ message }: { message: Message }) {
  const t = useText()
  const size = message.media?.size ?? 0
  const [isAsked, setAsked] = useState(size <= freelyBytes)
  const { media, error, retry } = useMedia(message.id, isAsked)
  const peaks = usePeaks(media)
  const audio = useRef<HTMLAudioElement>(null)
  const [isPlaying, setPlaying] = useState(false)
  const [at, setAt] = useState(0)
  const [length, setLength] = useState(message.media?.seconds ?? 0)
  const [rate, setRate] = useState<(typeof rates)[number]>(1)
  const [isSilent, setSilent] = useState(false)
  const wantsPlay = useRef(false)

  function start() {
    const element = audio.current
    if (element === null) return
    if (playing !== element) playing?.pause()
    playing = element
    element.playbackRate = rate
    element.play().catch(() => setSilent(true))
  }
  function toggle() {
    if (media === undefined) {
      wantsPlay.current = true
      setAsked(true)
    } else if (isPlaying) audio.current?.pause()
    else start()
  }
  // biome-ignore lint/correctness/useExhaustiveDependencies: only its arrival starts what was asked for before
  useEffect(() => {
    if (media === undefined || !wantsPlay.current) return
    wantsPlay.current = false
    start()
  }, [media])
  function faster() {
    const next = rates[(rates.indexOf(rate) + 1) % rates.length] ?? 1
    setRate(next)
    if (audio.current !== null) audio.current.playbackRate = next
  }
  function jump(seconds: number) {
    setAt(seconds)
    if (audio.current !== null) audio.current.currentTime = seconds
  }
  if (error !== undefined) return <MissingFile error={error} onRetry={retry} />
  return (
    <div className="voice">
      <button
        type="button"
        className="play"
        aria-label={isPlaying ? t('voice.pause') : t('voice.play')}
        aria-busy={(isAsked && media === undefined) || undefined}
        onClick={toggle}
      >
        <Icon name={isPlaying ? 'pause' : 'play'} />
      </button>
      <span className="mwave">
        <Wave peaks={peaks} share={length === 0 ? 0 : at / length} />
        <input
          type="range"
          aria-label={t('voice.place')}
          aria-valuetext={`${clockOf(at)} / ${clockOf(length)}`}
          min={0}
          max={Math.max(length, 0.1)}
          step={0.1}
          value={Math.min(at, length)}
          onChange={(event) => jump(Number(event.target.value))}
        />
      </span>
      <span className="t num ltr">{`${clockOf(at)} / ${clockOf(length)}`}</span>
      <button type="button" className="rate ltr" aria-label={t('voice.rate', { rate })} onClick={faster}>
        {`${rate}×`}
      </button>
      {isSilent ? <span className="mute">{t('voice.cannot')}</span> : null}
      {media === undefined ? null : (
        // biome-ignore lint/a11y/useMediaCaption: nobody wrote captions for what people say to each other
        <audio
          ref={audio}
          src={media.url}
          preload="metadata"
          onPlay={() => setPlaying(true)}
          onPause={() => setPlaying(false)}
          onEnded={() => jump(0)}
          onTimeUpdate={(event) => setAt(event.currentTarget.currentTime)}
          onLoadedMetadata={(event) => {
            const { duration } = event.currentTarget
            if (Number.isFinite(duration)) setLength(duration)
          }}
        />
      )}
    </div>
  )
}
