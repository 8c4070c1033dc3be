import type { Ask } from './http.ts'

/** A webhook as another program has it. */
export interface ForeignWebhook {
  /** Its session or instance. */
  session: string
  url: string
  isActive: boolean
  /** Their names; none means all. */
  events: string[]
  /** The key its deliveries are signed with. */
  secret: string | undefined
  /** What ours do not do, in words. */
  notes: string[]
}

type Json = Record<string, unknown>

const textOf = (value: unknown) => (typeof value === 'string' ? value : '')
const listOf = (value: unknown): Json[] =>
  Array.isArray(value) ? value.filter((each) => typeof each === 'object' && each !== null) : []
const objectOf = (value: unknown): Json =>
  typeof value === 'object' && value !== null ? (value as Json) : {}
const textsOf = (value: unknown) =>
  Array.isArray(value) ? value.filter((each): each is string => typeof each === 'string') : []

function headersNote(names: readonly string[]): string[] {
  if (names.length === 0) return []
  return [`the header${names.length > 1 ? 's' : ''} ${names.join(', ')} of its own: ours are signed instead`]
}

/** WAHA: the webhooks of every session, also of those that are stopped. */
export async function readWaha(ask: Ask): Promise<ForeignWebhook[]> {
  const sessions = listOf(await ask('/api/sessions?all=true'))
  return sessions.flatMap((session) =>
    listOf(objectOf(session['config'])['webhooks']).map((webhook): ForeignWebhook => {
      const names = listOf(webhook['customHeaders']).map((header) => textOf(header['name']))
      const isRetried = Object.keys(objectOf(webhook['retries'])).length > 0
      const retries = 'its own retries: ours follow MOLTFLOW_WEBHOOK_RETRY_SECONDS'
      return {
        session: textOf(session['name']),
        url: textOf(webhook['url']),
        isActive: true,
        events: textsOf(webhook['events']).filter((event) => event !== '*'),
        secret: textOf(objectOf(webhook['hmac'])['key']) || undefined,
        notes: [...headersNote(names), ...(isRetried ? [retries] : [])],
      }
    }),
  )
}

/** What `webhook/find` answers: flat in 2.x, in snake case in 1.x, and inside `webhook` for a while between. */
function readEvolutionWebhook(session: string, answer: unknown): ForeignWebhook[] {
  const outer = objectOf(answer)
  const webhook = typeof outer['webhook'] === 'object' ? objectOf(outer['webhook']) : outer
  const url = textOf(webhook['url'])
  if (url === '') return []
  const has = (...names: string[]) => names.some((name) => webhook[name] === true)
  const byEvents = 'an address per event: ours posts all to one, X-Webhook-Event says which'
  const base64 = 'files inside the delivery: get them with GET /messages/{id}/media'
  return [
    {
      session,
      url,
      isActive: webhook['enabled'] !== false,
      events: textsOf(webhook['events']),
      secret: undefined,
      notes: [
        ...headersNote(Object.keys(objectOf(webhook['headers']))),
        ...(has('webhookByEvents', 'webhook_by_events', 'byEvents') ? [byEvents] : []),
        ...(has('webhookBase64', 'webhook_base64', 'base64') ? [base64] : []),
      ],
    },
  ]
}

/** Evolution API: the one webhook of every instance. */
export async function readEvolution(ask: Ask): Promise<ForeignWebhook[]> {
  const found: ForeignWebhook[] = []
  for (const instance of listOf(await ask('/instance/fetchInstances'))) {
    const name = textOf(instance['name']) || textOf(objectOf(instance['instance'])['instanceName'])
    if (name === '') continue
    const answer = await ask(`/webhook/find/${encodeURIComponent(name)}`, { isOptional: true })
    found.push(...readEvolutionWebhook(name, answer))
  }
  return found
}
