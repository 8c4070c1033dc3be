import type { Call } from './http.ts'
import { townspeople } from './town/town.ts'

/** The phone that the demo pairs. Numbers of the 555-01 range belong to nobody. */
export const ownPhone = '15550100100'

const people = [
  { phone: '15550100101', name: 'Ada Brook' },
  { phone: '15550100102', name: 'Ben Castillo' },
  { phone: '15550100103', name: 'Chen Wei' },
  { phone: '15550100104', name: 'Dana Okafor' },
  { phone: '15550100105', name: 'Emil Larsen' },
] as const

type Person = (typeof people)[number]['phone']

/** What is said, in turns; `group` is an index into the groups, no group means to the demo directly. */
const talk: readonly { from: Person; group?: 0 | 1; text: string }[] = [
  { from: '15550100101', text: 'Hi, are you open on Saturday?' },
  { from: '15550100103', group: 0, text: 'Does anyone know a good bicycle workshop near the station?' },
  { from: '15550100102', text: 'My order has not arrived yet. Could you have a look?' },
  { from: '15550100104', group: 0, text: 'The one behind the market is fast and fair.' },
  { from: '15550100105', group: 1, text: 'Is the flat on Elm Street still free?' },
  { from: '15550100103', text: 'What does delivery to the old town cost?' },
  { from: '15550100101', group: 1, text: 'I am looking for two rooms from March on.' },
  { from: '15550100104', text: 'Thank you, that was quick!' },
  { from: '15550100102', group: 0, text: 'The road is closed until Thursday, by the way.' },
  { from: '15550100105', text: 'Can I change my appointment to the afternoon?' },
]

/** What the demo answers, in turns. */
export const answers: readonly string[] = [
  'Yes, from nine to two. See you then!',
  'I am sorry to hear that. I have asked the carrier and will write as soon as I know more.',
  'Within the city it is free from 30 on, else 4.50.',
  'You are welcome.',
  'Of course. Does half past three suit you?',
]

/** The name behind a phone in any form, or the phone itself. */
export function nameOf(phone: string): string {
  const digits = phone.replace(/\D/g, '')
  const known = townspeople.get(digits)
  if (known !== undefined) return known
  return people.find((person) => person.phone === digits)?.name ?? (digits === ownPhone ? 'you' : phone)
}

/** Whether this is one of the five whom the live talk is about. */
export function isTalking(phone: string): boolean {
  return people.some((person) => person.phone === phone.replace(/\D/g, ''))
}

/** People with phones and two groups; what an earlier start has made is taken as it is. */
export async function createWorld(simulator: Call, populateMore: () => Promise<void>): Promise<World> {
  const { accounts, groups } = await simulator<State>('GET', '/state')
  if (accounts.length === 0) {
    const ids = await populate(simulator)
    await populateMore()
    return new World(simulator, ids)
  }
  const idOf = (subject: string) => groups.find((group) => group.subject === subject)?.id ?? ''
  return new World(simulator, subjects.map(idOf))
}

interface State {
  accounts: unknown[]
  groups: { id: string; subject: string }[]
}

const subjects = ['Neighbourhood', 'Flats to let'] as const

async function populate(simulator: Call): Promise<string[]> {
  await simulator('POST', '/accounts', { phone: ownPhone, name: 'Harbour Cycles', business: true })
  for (const person of people) {
    await simulator('POST', '/accounts', person)
    await simulator('POST', `/accounts/${person.phone}/receipts`, {
      mode: 'read',
      deliveryMs: 300,
      readMs: 1500,
    })
  }
  const members = (...numbers: Person[]) => [ownPhone, ...numbers]
  const groups = [
    { subject: subjects[0], owner: '15550100103', members: members('15550100102', '15550100104') },
    { subject: subjects[1], owner: '15550100105', members: members('15550100101') },
  ]
  const ids: string[] = []
  for (const group of groups) ids.push((await simulator<{ id: string }>('POST', '/groups', group)).id)
  return ids
}

/** Says the next thing, on and on. */
export class World {
  readonly #simulator: Call
  readonly #groups: readonly string[]
  #turn = 0

  constructor(simulator: Call, groups: readonly string[]) {
    this.#simulator = simulator
    this.#groups = groups
  }

  async scan(code: string): Promise<void> {
    await this.#simulator('POST', `/accounts/${ownPhone}/scan`, { code })
  }

  async sayNext(): Promise<void> {
    const line = talk[this.#turn % talk.length]
    this.#turn += 1
    if (!line) return
    const { from, group, text } = line
    if (group === undefined) {
      await this.#simulator('POST', `/accounts/${from}/messages`, { to: `${ownPhone}@c.us`, text })
    } else {
      await this.#simulator('POST', `/groups/${encodeURIComponent(this.#groups[group] ?? '')}/messages`, {
        from,
        text,
      })
    }
  }
}
