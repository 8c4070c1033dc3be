import type { InboundContent } from '../../server/src/engine/content.ts'
import type { InboundMessage } from '../../server/src/engine/events.ts'
import { storeInbound } from '../../server/src/features/conversations/inbound/store-inbound.service.ts'
import { buildInboundMessage, buildPhone } from '../../server/test/builders.ts'
import { type LinkedSession, linkSession, nextEvent } from '../../server/test/linked-session.ts'
import type { DashboardWorld, Owner } from './browser.ts'

const batch = 200

/** A tenant with a linked number, and people who write to it. */
export interface InboxWorld {
  owner: Owner
  session: LinkedSession
  /** Messages as the engine hands them over: quickly, for thousands. */
  store(messages: readonly Partial<InboundMessage>[]): Promise<void>
  /** A person with a phone; writes really, through the simulator. */
  person(name: string): Promise<{ phone: string; chatId: string; say(text: string): Promise<void> }>
}

/** Links a number of a new tenant. */
export async function openInbox(world: DashboardWorld): Promise<InboxWorld> {
  const owner = await world.owner()
  const session = await linkSession(world.app, owner.api)
  const { tenant_id: tenantId } = await owner.api.get(200, '/users/me')

  async function store(messages: readonly Partial<InboundMessage>[]): Promise<void> {
    const whole = messages.map((message) => buildInboundMessage({ tenantId, sessionId: session.id }, message))
    for (let from = 0; from < whole.length; from += batch) {
      await storeInbound(world.app.app.ctx, whole.slice(from, from + batch))
    }
  }
  async function person(name: string) {
    const phone = buildPhone()
    world.app.simulator.createAccount({ phone, name })
    const say = async (text: string) => {
      const received = nextEvent(
        world.app,
        'message.received',
        (payload) => payload.chatId === `${phone}@c.us`,
      )
      await world.app.simulator.sendMessage(phone, { to: session.phone, text })
      await received
    }
    await say('Hello')
    const { chats } = await owner.api.get(200, `/chats?search=${phone}`)
    return { phone, chatId: chats[0].id, say }
  }
  return { owner, session, store, person }
}

/** One of every kind that can arrive without a file. */
export const kindsOfContent: readonly InboundContent[] = [
  { kind: 'text', text: 'Is the *lemon tree* _still_ there? https://example.com/tree', mentions: [] },
  {
    kind: 'location',
    latitude: 38.7223,
    longitude: -9.1393,
    name: 'Greenhouse',
    address: 'Rua das Flores 1',
    isLive: false,
  },
  { kind: 'location', latitude: 38.7, longitude: -9.1, name: null, address: null, isLive: true },
  {
    kind: 'vcard',
    vcards: [
      {
        name: 'Ivo Reis',
        vcard: 'BEGIN:VCARD\nVERSION:3.0\nFN:Ivo Reis\nTEL;waid=15550100777:+1 555 010 0777\nEND:VCARD',
      },
    ],
  },
  { kind: 'poll', title: 'When shall we come?', options: ['Thursday', 'Saturday'], allowMultiple: true },
  { kind: 'unknown', type: 'futureMessage' },
]

/** A person's address and name, as messages carry it. */
export function writer(phone: string, name: string): Partial<InboundMessage> {
  return { chatId: `${phone}@c.us`, sender: { phone, lid: null, pushName: name } }
}
