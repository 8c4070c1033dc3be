import { type Call, until } from '../http.ts'
import { groupHistories, makeGroups, makeLeads, members, readGroups } from './leads.ts'
import { listen } from './machines.ts'
import { keepHouse, lockShop, reachOut, subscribers, untilWorking } from './outreach.ts'
import { playScenes } from './scenes.ts'
import { phones, type Stage } from './stage.ts'
import { readTalk, type Talk } from './talk.ts'
import { englishTalks } from './talks-english.ts'
import { farTalks, romanceTalks } from './talks-world.ts'

const shopName = 'Web shop'

const talks: readonly Talk[] = [...englishTalks, ...romanceTalks, ...farTalks]

/** Everybody of the town, by number. */
export const townspeople: ReadonlyMap<string, string> = new Map(
  [...talks, ...members, ...subscribers].map(({ phone, name }) => [phone, name]),
)

/** Gives the simulator the people of the town, their groups and what the two phones remember of them. */
export async function populateTown(simulator: Call): Promise<void> {
  await simulator('POST', '/accounts', { phone: phones.shop, name: 'Harbour Cycles shop', business: true })
  await simulator('POST', '/accounts', { phone: phones.old, name: 'Old phone' })
  for (const { phone, name } of [...talks, ...members, ...subscribers]) {
    await simulator('POST', '/accounts', { phone, name })
    await simulator('POST', `/accounts/${phone}/receipts`, { mode: 'read', deliveryMs: 400, readMs: 2500 })
  }
  const groups = await makeGroups(simulator)
  const nowMs = Date.now()
  for (const line of ['desk', 'shop'] as const) {
    const chats = talks
      .filter((talk) => talk.line === line)
      .map(async (talk) => ({
        with: talk.phone,
        name: talk.name,
        ...(talk.unread === undefined ? {} : { unread: talk.unread }),
        messages: await readTalk(talk, nowMs),
      }))
    const all = [...(await Promise.all(chats)), ...(line === 'desk' ? groupHistories(groups, nowMs) : [])]
    await simulator('PUT', `/accounts/${phones[line]}/history`, { chats: all })
  }
}

/** Links an account of the simulator to a new session. */
export async function link(
  { owner, simulator }: { owner: Call; simulator: Call },
  name: string,
  phone: string,
): Promise<string> {
  const { id } = await owner<{ id: string }>('POST', '/sessions', { name })
  await owner('POST', `/sessions/${id}/start`)
  await until('a code to scan', async () => {
    const { status } = await owner<{ status: string }>('GET', `/sessions/${id}`)
    return status === 'qr_code' || undefined
  })
  const { code } = await owner<{ code: string }>('GET', `/sessions/${id}/qr`)
  await simulator('POST', `/accounts/${phone}/scan`, { code })
  await untilWorking(owner, id)
  return id
}

/** What makes the town, each once: a start that was interrupted goes on with what is missing. */
const steps: readonly { name: string; run: (stage: Stage) => Promise<void> }[] = [
  {
    name: 'shop',
    run: async (stage) => {
      await link(stage, shopName, phones.shop)
      await lockShop(stage.simulator)
    },
  },
  { name: 'house', run: keepHouse },
  { name: 'listening', run: listen },
  { name: 'scenes', run: playScenes },
  { name: 'leads', run: makeLeads },
  { name: 'outreach', run: reachOut },
  {
    name: 'old phone',
    run: async (stage) => {
      await link(stage, 'Old phone', phones.old)
      await stage.simulator('POST', '/faults', { kind: 'logout', phone: phones.old })
    },
  },
]

/** Fills the town beside what else happens. `isDone` and `markDone` remember the steps beyond a restart. */
export async function fillTown(
  stage: Omit<Stage, 'sessions' | 'groups'> & { desk: string },
  steward: { isDone: (step: string) => boolean; markDone: (step: string) => Promise<void> },
): Promise<void> {
  const groups = await readGroups(stage.simulator)
  for (const { name, run } of steps) {
    if (steward.isDone(name)) continue
    const sessions = await stage.owner<{ id: string; name: string }[]>('GET', '/sessions')
    const shop = sessions.find((session) => session.name === shopName)?.id ?? ''
    await run({ ...stage, groups, sessions: { desk: stage.desk, shop } })
    await steward.markDone(name)
  }
}
