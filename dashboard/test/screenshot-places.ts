import type { Page } from 'playwright-core'

/** Answers what `GET` of a path of the API says. */
export type Read = <T>(path: string) => Promise<T>

/** A page with an address of its own, and how its pictures are called. */
export interface Place {
  name: string
  path: string
}

/** The addresses of all areas with their parameters, such as `/webhooks/$webhookId`, as the router of the page knows them. */
async function readPaths(page: Page): Promise<string[]> {
  const paths: string[] = await page.evaluate('Object.keys(window.__TSR_ROUTER__.routesByPath)')
  const whole = paths.map((path) => (path === '/' ? path : path.replace(/\/$/, '')))
  return [...new Set(whole)].filter((path) => !['/sign-in', '/setup'].includes(path)).toSorted()
}

interface Chat {
  id: string
  session_id: string
  name: string | null
}

/** A chat with much in it. */
async function findChat(read: Read): Promise<Chat | undefined> {
  const { chats } = await read<{ chats: Chat[] }>('/chats?limit=100')
  return chats.find(({ name }) => name === 'Maya Feldstein') ?? chats[0]
}

/** Where the conversation with somebody is. */
export async function chatPath(read: Read, name: string): Promise<string> {
  const { chats } = await read<{ chats: Chat[] }>('/chats?limit=100')
  const chat = chats.find((one) => one.name === name)
  return chat === undefined ? '/inbox' : `/inbox/${chat.session_id}/${chat.id}`
}

type Item = Record<string, unknown>

const first =
  (path: string, key?: string, where: (item: Item) => boolean = () => true) =>
  async (read: Read) => {
    const answer = await read<Item & Item[]>(path)
    const items = (key === undefined ? answer : answer[key]) as Item[]
    return String((items.find(where) ?? items[0])?.['id'] ?? '')
  }

/** Where the value of a parameter comes from. */
const parameters: Record<string, (read: Read) => Promise<string>> = {
  sessionId: async (read) => (await findChat(read))?.session_id ?? first('/sessions')(read),
  chatId: async (read) => (await findChat(read))?.id ?? '',
  webhookId: first('/webhooks', undefined, ({ name }) => name === 'Customer records'),
  leadId: first('/leads', 'leads', ({ lead_status }) => lead_status === 'qualified'),
  campaignId: first('/bulk-send', 'jobs', ({ status }) => status === 'completed'),
  jobId: first('/bulk-send', 'jobs', ({ status }) => status === 'completed'),
  scheduleId: first('/scheduled-messages', 'messages'),
  channelId: first('/channels', 'channels'),
  groupId: first('/groups', 'items'),
  waGroupId: async (read) => {
    const { items } = await read<{ items: { wa_group_id: string }[] }>('/groups')
    return items[0]?.wa_group_id ?? ''
  },
  listId: first('/custom-groups', 'groups', ({ name }) => name === 'Newsletter'),
  customGroupId: first('/custom-groups', 'groups', ({ name }) => name === 'Newsletter'),
  segmentId: first('/custom-groups', 'groups', ({ filter }) => filter !== null),
  contactId: first('/contacts', 'contacts'),
  reportId: first('/reports', 'reports', ({ status }) => status === 'completed'),
  executionId: async (read) => {
    const id = await first('/reports', 'reports', ({ status }) => status === 'completed')(read)
    const { executions } = await read<{ executions: { id: string }[] }>(`/reports/${id}`)
    return executions[0]?.id ?? ''
  },
}

/** Every page there is, with ids of this world; those that need what is not there are left out. */
export async function findPlaces(page: Page, read: Read): Promise<Place[]> {
  const places: Place[] = []
  for (const path of await readPaths(page)) {
    const values = new Map<string, string>()
    for (const [, name = ''] of path.matchAll(/\$(\w+)/g)) {
      const find = parameters[name]
      if (find === undefined)
        throw new Error(`say in ${import.meta.filename} where $${name} of ${path} comes from`)
      values.set(name, await find(read))
    }
    if ([...values.values()].includes('')) continue
    const filled = path.replace(/\$(\w+)/g, (_, name) => encodeURIComponent(values.get(name) ?? ''))
    const name = path === '/' ? 'overview' : path.slice(1).replaceAll('$', '').replaceAll('/', '-')
    places.push({ name, path: filled })
  }
  return places
}
