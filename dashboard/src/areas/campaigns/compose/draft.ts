import { useEffect, useState } from 'react'
import { momentOfWall, wallTime } from '../../../i18n/wall-time.ts'
import { keep, readKept } from '../../../kit/kept.ts'
import { newKey } from '../../../kit/new-key.ts'
import type { Job, JobBody, JobChange, PreviewBody } from '../queries.ts'
import type { Quiet } from './estimate.ts'

/** What somebody has typed of a campaign. */
export interface Draft {
  name: string
  sessionId: string
  groupId: string
  /** One text, or the variants. */
  texts: string[]
  mediaUrl: string
  isQuiet: boolean
  quiet: Quiet
  /** By whose clock it is quiet: of each recipient, or of the tenant. */
  clock: 'recipient' | 'tenant'
  /** On the wall of the tenant's zone; empty for never. */
  sendBefore: string
  /** Goes with the start: however often that is sent, it is one campaign. */
  key: string
}

/** Quiet hours are offered as on. */
const usualQuiet: Quiet = { start: '21:00', end: '09:00' }

/** An empty one. */
export function emptyDraft(): Draft {
  return {
    name: '',
    sessionId: '',
    groupId: '',
    texts: [''],
    mediaUrl: '',
    isQuiet: true,
    quiet: usualQuiet,
    clock: 'recipient',
    sendBefore: '',
    key: newKey(),
  }
}

/** What a campaign has, to be changed. */
export function draftOf(job: Job, timeZone: string): Draft {
  return {
    name: job.name ?? '',
    sessionId: job.session_id,
    groupId: job.custom_group_id ?? '',
    texts: job.variants ?? [job.message_content ?? ''],
    mediaUrl: job.media_url ?? '',
    isQuiet: job.quiet_hours !== null,
    quiet: job.quiet_hours ?? usualQuiet,
    clock: job.time_zone === null ? 'recipient' : 'tenant',
    sendBefore: job.send_before === null ? '' : wallTime(job.send_before, timeZone),
    key: '',
  }
}

/** The texts that were written; an empty variant is none. */
export const writtenTexts = ({ texts }: Draft) => texts.filter((text) => text.trim() !== '')

function contentOf(draft: Draft): Pick<PreviewBody, 'message_content' | 'variants' | 'media_url'> {
  const texts = writtenTexts(draft)
  const media = draft.mediaUrl.trim()
  return {
    ...(texts.length > 1
      ? { variants: texts }
      : texts.length === 1
        ? { message_content: texts[0] ?? '' }
        : {}),
    ...(media === '' ? {} : { media_url: media }),
  }
}

/** What is asked to see what people would get. */
export function toPreview(draft: Draft): PreviewBody {
  return { session_id: draft.sessionId, custom_group_id: draft.groupId, ...contentOf(draft) }
}

function rulesOf(draft: Draft, timeZone: string): Pick<JobBody, 'quiet_hours' | 'time_zone' | 'send_before'> {
  const { isQuiet, quiet, clock, sendBefore } = draft
  return {
    quiet_hours: isQuiet ? quiet : null,
    time_zone: isQuiet && clock === 'tenant' ? timeZone : null,
    send_before: sendBefore === '' ? null : momentOfWall(sendBefore, timeZone).toISOString(),
  }
}

/** What starts it. */
export function toBody(draft: Draft, timeZone: string): JobBody {
  const { media_url: media } = contentOf(draft)
  return {
    session_id: draft.sessionId,
    custom_group_id: draft.groupId,
    ...(draft.name.trim() === '' ? {} : { name: draft.name.trim() }),
    ...(media === undefined ? {} : { message_type: 'media' as const }),
    ...contentOf(draft),
    ...rulesOf(draft, timeZone),
  }
}

/** What changes one that is there. */
export function toChange(draft: Draft, timeZone: string): JobChange {
  const { message_content: content, variants, media_url: media } = contentOf(draft)
  return {
    ...(draft.name.trim() === '' ? {} : { name: draft.name.trim() }),
    ...(variants === undefined ? { message_content: content ?? '', variants: null } : { variants }),
    media_url: media ?? null,
    ...rulesOf(draft, timeZone),
  }
}

const keyOf = (userId: string) => `moltflow.draft.campaign.${userId}`

const readDraft = (userId: string): Draft => ({
  ...emptyDraft(),
  ...readKept<Partial<Draft>>(localStorage, keyOf(userId)),
})

/** The draft of a person, kept through reloads and sign-outs until it is sent or thrown away. */
export function useDraft(userId: string) {
  const [draft, setDraft] = useState(() => readDraft(userId))
  const [isGone, setGone] = useState(false)
  useEffect(() => {
    keep(localStorage, keyOf(userId), isGone ? undefined : draft)
  }, [draft, isGone, userId])
  return {
    draft,
    change: (part: Partial<Draft>) => setDraft((old) => ({ ...old, ...part })),
    /** After it was sent. */
    forget: () => setGone(true),
    /** To begin anew. */
    clear: () => setDraft(emptyDraft()),
  }
}
