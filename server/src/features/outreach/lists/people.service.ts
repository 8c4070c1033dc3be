import type { z } from 'zod'
import type { Context } from '../../../context.ts'
import { listPeople } from '../../conversations/contacts/contact-directory.service.ts'
import type { peopleAnswer, peopleQuery } from './lists.schema.ts'

function latest(one: string | null, other: string | null): string | null {
  if (one === null || other === null) return one ?? other
  return one > other ? one : other
}

/** People of all sessions whose number is known, each once. */
export async function getPeople(
  ctx: Context,
  input: z.output<typeof peopleQuery>,
): Promise<z.infer<typeof peopleAnswer>> {
  const { people, total } = await listPeople(ctx, input)
  const contacts = people.flatMap(({ phone, ...person }) => {
    if (phone === null) return []
    const lastMessageAt = latest(person.last_inbound_at, person.last_outbound_at)
    return [
      {
        phone,
        name: person.name,
        wa_chat_id: person.wa_chat_id,
        session_ids: person.sessions,
        last_message_at: lastMessageAt,
      },
    ]
  })
  return { contacts, total, limit: input.limit, offset: input.offset }
}
