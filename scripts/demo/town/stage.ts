import type { Call, Json } from '../http.ts'

/** The numbers of the workshop. Those of the 555-01 range belong to nobody. */
export const phones = { desk: '15550100100', shop: '15550100180', old: '15550100190' } as const

/** What the town is made with: phones that act, and the API as the owner. */
export interface Stage {
  simulator: Call
  owner: Call
  /** Where files lie that a message is to take by their address, and where the second webhook leads. */
  receiverUrl: string
  webhookSecret: string
  sessions: { desk: string; shop: string }
  /** The groups that people talk in, by their subject. */
  groups: Map<string, string>
}

/** Lets somebody say something to the desk or the shop; answers its id on WhatsApp. */
export async function say(
  { simulator }: Pick<Stage, 'simulator'>,
  from: string,
  content: object,
  line: 'desk' | 'shop' = 'desk',
): Promise<string> {
  const to = `${phones[line]}@c.us`
  const { id } = await simulator<{ id: string }>('POST', `/accounts/${from}/messages`, { to, ...content })
  return id
}

/** Lets somebody say something in a group. */
export async function sayInGroup(
  stage: Stage,
  subject: string,
  from: string,
  content: object,
): Promise<string> {
  const id = encodeURIComponent(stage.groups.get(subject) ?? '')
  const said = await stage.simulator<{ id: string }>('POST', `/groups/${id}/messages`, { from, ...content })
  return said.id
}

/** Sends a text of ours; answers the message as the API shows it. */
export async function answer(
  { owner, sessions }: Stage,
  phone: string,
  message: string,
  line: 'desk' | 'shop' = 'desk',
): Promise<Json> {
  return owner('POST', '/messages/send', {
    session_id: sessions[line],
    chat_id: `${phone}@c.us`,
    message,
  })
}
