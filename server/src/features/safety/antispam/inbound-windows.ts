import { LRUCache } from 'lru-cache'
import type { Context } from '../../../context.ts'
import { defineProcessState } from '../../../platform/process-state.ts'
import type { AntispamSettings } from '../../account/settings/settings.schema.ts'
import type { ViolationKind } from './antispam.tables.ts'

/** The same text so often within the window is no longer somebody repeating a question. */
const sameTexts = 5
/** Different texts that are remembered of one person. */
const mostTexts = 50

/** What one person wrote to one session lately. A kind of violation counts once per window. */
class Sender {
  #rateStartMs = 0
  #messages = 0
  #textsStartMs = 0
  #texts = new Map<string, number>()

  note(text: string, settings: AntispamSettings, nowMs: number): ViolationKind | undefined {
    if (nowMs - this.#rateStartMs >= settings.rateLimitWindow * 1000) {
      this.#rateStartMs = nowMs
      this.#messages = 0
    }
    this.#messages += 1
    const isTooFast = this.#messages === settings.rateLimit + 1
    const isRepeated = text !== '' && this.#noteText(text, settings, nowMs)
    if (isTooFast) return 'rate'
    return isRepeated ? 'duplicate' : undefined
  }

  #noteText(text: string, settings: AntispamSettings, nowMs: number): boolean {
    if (!settings.blockDuplicates) return false
    if (nowMs - this.#textsStartMs >= settings.duplicateWindow * 1000) {
      this.#textsStartMs = nowMs
      this.#texts = new Map()
    }
    const times = (this.#texts.get(text) ?? 0) + 1
    if (times > 1 || this.#texts.size < mostTexts) this.#texts.set(text, times)
    return times === sameTexts
  }
}

const allSenders = defineProcessState(() => new LRUCache<string, Sender>({ max: 20_000 }))

/** Records an inbound message and answers whether it breaks the tenant's limits. In memory: a session has one owner. */
export function noteArrival(
  ctx: Context,
  key: string,
  text: string,
  settings: AntispamSettings,
): ViolationKind | undefined {
  const senders = allSenders.of(ctx)
  const sender = senders.get(key) ?? new Sender()
  senders.set(key, sender)
  return sender.note(text.slice(0, 300), settings, ctx.clock.nowMs())
}
