import { useEffect, useState } from 'react'
import { followFrames } from '../../api/frames.ts'
import { isOver, progressOf } from './parts.ts'
import type { Job, Progress } from './queries.ts'

/** How a campaign comes along, from its stream; its own counters hold while no frame has come. */
export function useProgress(job: Job): Progress {
  const { id } = job
  const [frame, setFrame] = useState<Progress>()
  useEffect(() => {
    setFrame(undefined)
    return followFrames<Progress>(`/api/v2/bulk-send/${id}/progress`, {
      onFrame(next) {
        setFrame(next)
        // The stream ends with the campaign; receipts that follow come with its own counters.
        return isOver(next.status)
      },
      onBreak: () => setFrame(undefined),
    })
  }, [id])
  return frame === undefined || (isOver(job.status) && isOver(frame.status)) ? progressOf(job, frame) : frame
}

const secondMs = 1000

/** The time, new with each second, for what counts down. */
export function useSecond(isOn: boolean): number {
  const [now, setNow] = useState(() => Date.now())
  useEffect(() => {
    if (!isOn) return undefined
    const timer = setInterval(() => setNow(Date.now()), secondMs)
    return () => clearInterval(timer)
  }, [isOn])
  return now
}
