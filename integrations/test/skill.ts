import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { globSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { until } from '../../server/test/until.ts'
import type { Document } from '../build/open-api.ts'
import type { World } from './world.ts'

const directory = resolve(import.meta.dirname, '../skill/moltflow')

/** Every page of the skill, by its path. */
export function readSkill(): Map<string, string> {
  const pages = globSync('{SKILL,modules/*}.md', { cwd: directory })
  return new Map(pages.map((page) => [page, readFileSync(join(directory, page), 'utf8')]))
}

/** Operations that pages name and nobody serves; in a table the first column is another program's. */
export function findUnknownOperations(pages: ReadonlyMap<string, string>, document: Document): string[] {
  const shape = (path: string) => path.replaceAll(/\{\w+\}|\$\w+/g, '{}').replace(/\?.*/, '')
  const known = new Set(
    Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${shape(path.replace('/api/v2', ''))}`),
    ),
  )
  return [...pages].flatMap(([page, text]) =>
    [...text.replaceAll(/^\|[^|\n]*\|/gm, '').matchAll(/`(GET|POST|PUT|PATCH|DELETE) (\/[^`\s]*)/g)]
      .filter(([, method, path]) => !known.has(`${method} ${shape((path ?? '').replace('/api/v2', ''))}`))
      .map(([operation]) => `${page}: ${operation}`),
  )
}

/** What an agent would not find: links to no page, operations that are none, pages that no other names. */
export function findSkillProblems(pages: ReadonlyMap<string, string>, document: Document): string[] {
  const [, front = ''] = /^---\n([\s\S]*?)\n---\n/.exec(pages.get('SKILL.md') ?? '') ?? []
  const name = /^name: (\S+)$/m.exec(front)?.[1]
  const description = /^description: (.+)$/m.exec(front)?.[1] ?? ''
  const isGood = name === 'moltflow' && description.length >= 50 && description.length <= 1024
  const linked = [...(pages.get('SKILL.md') ?? '').matchAll(/\]\((modules\/[\w-]+\.md)\)/g)].map(
    ([, page]) => page,
  )
  return [
    ...(isGood ? [] : ['SKILL.md: its name or description is not what agents take']),
    ...linked.filter((page) => !pages.has(page ?? '')).map((page) => `no page ${page}`),
    ...[...pages.keys()].filter((page) => page !== 'SKILL.md' && !linked.includes(page)),
    ...findUnknownOperations(pages, document),
  ]
}

/** The oldest lead, once there is another one, which stays as it is for whoever comes later. */
async function findLead({ stage: { owner, simulator } }: World, group: string): Promise<string> {
  const from = '15550100102'
  const path = `/groups/${encodeURIComponent(group)}`
  await simulator('POST', `${path}/members`, { members: [from] })
  await simulator('POST', `${path}/messages`, { from, text: 'I am looking for a flat, too.' })
  return until('another lead', async () => {
    const { leads } = await owner<{ leads: { id: string }[] }>('GET', '/leads')
    return leads.length > 1 ? leads.at(-1)?.id : undefined
  })
}

/** What the calls name, in this world. */
async function variablesFor(world: World): Promise<Record<string, string>> {
  const { stage, address, key } = world
  const { owner, session, simulator } = stage
  const made = async (path: string, body: object) => String((await owner('POST', path, body))['id'])
  const place = { session_id: session, chat_id: '15550100101@c.us' }
  const list = await made('/custom-groups', { name: 'Regulars', members: [{ phone: '15550100101' }] })
  const { groups } = await simulator<{ groups: { id: string; subject: string }[] }>('GET', '/state')
  const groupOf = (subject: string) => groups.find((group) => group.subject === subject)?.id ?? ''
  const watched = {
    session_id: session,
    wa_group_id: groupOf('Flats to let'),
    monitor_keywords: ['looking for'],
  }
  const monitored = await made('/groups', { ...watched, monitor_mode: 'keywords' })
  return {
    MOLTFLOW_API_URL: address,
    MOLTFLOW_API_KEY: key,
    SESSION_ID: session,
    NEW_SESSION_ID: await made('/sessions', { name: 'Third phone' }),
    CHAT_ID: place.chat_id,
    PHONE: '15550100101',
    MESSAGE_ID: await made('/messages/send', { ...place, message: 'Hello' }),
    GROUP_ID: monitored,
    WA_GROUP_ID: groupOf('Neighbourhood'),
    LEAD_ID: await findLead(world, watched.wa_group_id),
    LIST_ID: list,
    // One that does not end by itself meanwhile.
    JOB_ID: await made('/bulk-send', {
      ...{ session_id: session, custom_group_id: list, message_content: 'Hello again' },
      ...{ quiet_hours: { start: '00:00', end: '23:59' }, time_zone: 'UTC' },
    }),
    WEBHOOK_SECRET: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
  }
}

/** Runs every call as an agent would, in a shell; answers what failed and how many there were. */
export async function runSkill(world: World): Promise<{ failed: string[]; calls: number }> {
  const pages = readSkill()
  const blocks = [...pages].flatMap(([page, text]) =>
    [...text.matchAll(/```sh\n([\s\S]*?)```/g)].map((match) => `PAGE=${page}\n${match[1]}`),
  )
  const wrapper = 'curl() { command curl --fail-with-body "$@" && echo " =ok" || echo " =failed $PAGE $*"; }'
  const shell = spawn('bash', ['-uc', [wrapper, ...blocks].join('\n')], {
    env: { PATH: process.env['PATH'] ?? '', ...(await variablesFor(world)) },
  })
  let output = ''
  for (const stream of [shell.stdout, shell.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      output += chunk
    })
  }
  const [code] = await once(shell, 'close')
  const { items } = await world.stage.owner<{ items: { id: string }[] }>('GET', '/groups')
  for (const { id } of items) await world.stage.owner('DELETE', `/groups/${id}`)
  const failed = output.split('\n').filter((line) => line.includes(' =failed '))
  if (code !== 0) failed.push(`the shell ended with ${code}: ${output.slice(-500)}`)
  return { failed, calls: output.split('\n').filter((line) => / =(?:ok|failed)/.test(line)).length }
}
