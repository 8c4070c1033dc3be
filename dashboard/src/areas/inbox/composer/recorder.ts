import { useEffect, useRef, useState } from 'react'

/** A voice note being recorded. */
export interface Recorder {
  state: 'idle' | 'asking' | 'recording'
  seconds: number
  /** Why the microphone cannot be used. */
  error: 'denied' | 'missing' | undefined
  start(): Promise<void>
  /** Ends and gives the recording. */
  finish(): Promise<File | undefined>
  cancel(): void
}

const types = ['audio/ogg;codecs=opus', 'audio/webm;codecs=opus', 'audio/mp4']

/** Records with the microphone; the server makes of it what phones play. */
export function useRecorder(): Recorder {
  const [state, setState] = useState<Recorder['state']>('idle')
  const [seconds, setSeconds] = useState(0)
  const [error, setError] = useState<Recorder['error']>()
  const media = useRef<MediaRecorder>(undefined)
  const parts = useRef<Blob[]>([])

  function stopTracks() {
    for (const track of media.current?.stream.getTracks() ?? []) track.stop()
    media.current = undefined
    setState('idle')
    setSeconds(0)
  }
  useEffect(() => {
    if (state !== 'recording') return undefined
    const timer = setInterval(() => setSeconds((count) => count + 1), 1000)
    return () => clearInterval(timer)
  }, [state])
  // Whoever leaves the conversation does not go on being recorded.
  useEffect(
    () => () => {
      for (const track of media.current?.stream.getTracks() ?? []) track.stop()
    },
    [],
  )
  async function start() {
    setError(undefined)
    setState('asking')
    try {
      const stream = await navigator.mediaDevices.getUserMedia({ audio: true })
      const mimeType = types.find((type) => MediaRecorder.isTypeSupported(type))
      const recorder = new MediaRecorder(stream, mimeType === undefined ? {} : { mimeType })
      parts.current = []
      recorder.addEventListener('dataavailable', ({ data }) => parts.current.push(data))
      recorder.start()
      media.current = recorder
      setState('recording')
    } catch (cause) {
      const isDenied = cause instanceof DOMException && cause.name === 'NotAllowedError'
      setError(isDenied ? 'denied' : 'missing')
      setState('idle')
    }
  }
  async function finish(): Promise<File | undefined> {
    const recorder = media.current
    if (recorder === undefined) return undefined
    const ended = new Promise((resolve) => recorder.addEventListener('stop', resolve, { once: true }))
    recorder.stop()
    await ended
    stopTracks()
    const type = recorder.mimeType === '' ? 'audio/webm' : recorder.mimeType
    return new File(
      parts.current,
      `voice.${type.includes('ogg') ? 'ogg' : type.includes('mp4') ? 'm4a' : 'webm'}`,
      { type },
    )
  }
  return { state, seconds, error, start, finish, cancel: stopTracks }
}
