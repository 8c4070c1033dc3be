import { Phone } from '../../kit/text-parts.tsx'

const person = /^(\d+)@(?:c\.us|s\.whatsapp\.net)$/

/** Whom a chat is with: the number of a person, or the id of a group or channel as WhatsApp writes it. */
export function ChatName({ chat }: { chat: string }) {
  const [, phone] = person.exec(chat) ?? []
  return phone === undefined ? <span className="mono ltr">{chat}</span> : <Phone number={phone} />
}
