import { type EventNames, translateEvents } from './events.ts'
import type { ForeignWebhook } from './sources.ts'

/** A webhook to be made here, of one or several there. */
export interface PlannedWebhook {
  name: string
  url: string
  events: string[]
  secret: string | undefined
  sessions: string[]
  notes: string[]
}

/** What becomes of the webhooks of another program: one here for each address there. */
export interface Plan {
  webhooks: PlannedWebhook[]
  /** Those of which nothing is left, and why. */
  left: { url: string; session: string; why: string }[]
}

function whyLeft(webhook: ForeignWebhook, events: readonly string[]): string | undefined {
  if (!webhook.isActive) return 'it is switched off there'
  if (!URL.canParse(webhook.url)) return 'its address is none'
  return events.length === 0 ? 'none of its events has a counterpart' : undefined
}

/** Ours are of the tenant and not of a session, so the same address of several sessions becomes one. */
export function planImport(program: string, names: EventNames, found: readonly ForeignWebhook[]): Plan {
  const byUrl = new Map<string, PlannedWebhook>()
  const left: Plan['left'] = []
  for (const webhook of found) {
    const { events, unknown } = translateEvents(names, webhook.events)
    const { url, session } = webhook
    const why = whyLeft(webhook, events)
    if (why !== undefined) {
      left.push({ url, session, why })
      continue
    }
    const notes = [...webhook.notes, ...unknown.map((event) => `the event ${event}`)]
    const known = byUrl.get(url)
    if (known === undefined) {
      const name = `From ${program}: ${session}`.slice(0, 255)
      byUrl.set(url, { name, url, events, secret: webhook.secret, sessions: [session], notes })
      continue
    }
    known.events = [...new Set([...known.events, ...events])]
    known.notes = [...new Set([...known.notes, ...notes])]
    known.sessions.push(session)
    if (known.secret !== webhook.secret) {
      known.notes.push(`another key for ${session}: ours has one, that of ${known.sessions[0]}`)
      known.secret ??= webhook.secret
    }
  }
  return { webhooks: [...byUrl.values()], left }
}
