import { type EventNames, evolutionEvents, wahaEvents } from './events.ts'
import { type Ask, asker, ImportFailed, request, showUrl } from './http.ts'
import { type Plan, type PlannedWebhook, planImport } from './plan.ts'
import { type ForeignWebhook, readEvolution, readWaha } from './sources.ts'

interface Program {
  title: string
  /** The header that its key goes into. */
  header: string
  events: EventNames
  read(ask: Ask): Promise<ForeignWebhook[]>
}

/** The programs that tell what webhooks they have. */
export const programs: Readonly<Record<string, Program>> = {
  waha: { title: 'WAHA', header: 'x-api-key', events: wahaEvents, read: readWaha },
  evolution: { title: 'Evolution API', header: 'apikey', events: evolutionEvents, read: readEvolution },
}

/** From where, with which key, and to where. */
export interface ImportOptions {
  from: string
  url: string
  key: string
  api: { url: string; key: string }
  isApplied: boolean
}

function tellPlanned({ url, events, secret, sessions, notes }: PlannedWebhook): string[] {
  return [
    `${showUrl(url)}`,
    `  of ${sessions.join(', ')}; here it is for every session, session_id says which`,
    `  events: ${events.join(', ')}`,
    `  signed: ${secret === undefined ? 'no; set a secret with PATCH /webhooks/{id}' : 'with the same key'}`,
    ...notes.map((note) => `  no counterpart: ${note}`),
  ]
}

async function create(
  api: ImportOptions['api'],
  { name, url, events, secret }: PlannedWebhook,
): Promise<string> {
  const body = { name, url, events, ...(secret === undefined ? {} : { secret }) }
  const headers = { 'x-api-key': api.key }
  const { status, body: answer } = await request(api.url, '/api/v2/webhooks', {
    method: 'POST',
    headers,
    body,
  })
  const { id, detail } = (answer ?? {}) as { id?: string; detail?: string }
  return status === 201 ? `  made: ${id}` : `  refused: ${detail ?? status}`
}

async function urlsHere(api: ImportOptions['api']): Promise<Set<string>> {
  const list = await asker(api.url, { 'x-api-key': api.key })('/api/v2/webhooks')
  return new Set((list as { url: string }[]).map(({ url }) => url))
}

function tellLeft({ left }: Plan): string[] {
  return left.map(({ url, session, why }) => `${showUrl(url)} of ${session} is left out: ${why}`)
}

/** Reads the webhooks of another program and makes them here, when it is told to; tells what it does, without keys. */
export async function importWebhooks(options: ImportOptions, tell: (line: string) => void): Promise<boolean> {
  const program = programs[options.from]
  if (program === undefined) throw new ImportFailed(`--from is one of ${Object.keys(programs).join(', ')}`)
  const found = await program.read(asker(options.url, { [program.header]: options.key }))
  const plan = planImport(program.title, program.events, found)
  const here = await urlsHere(options.api)
  let isAllMade = true
  for (const webhook of plan.webhooks) {
    for (const line of tellPlanned(webhook)) tell(line)
    if (here.has(webhook.url)) tell('  is here already: nothing changed')
    else if (options.isApplied) {
      const outcome = await create(options.api, webhook)
      isAllMade &&= outcome.startsWith('  made')
      tell(outcome)
    }
  }
  for (const line of tellLeft(plan)) tell(line)
  if (found.length === 0)
    tell(`${program.title} has no webhooks; those of its environment are not told by its API.`)
  else if (!options.isApplied) tell('Nothing was changed: this was a dry run. Add --apply to make them.')
  return isAllMade
}
