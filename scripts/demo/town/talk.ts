import { draw, invoice, sticker, voiceNote } from './files.ts'

/** A conversation from before an account was linked. */
export interface Talk {
  phone: string
  name: string
  /** Which of the two accounts it is with. */
  line: 'desk' | 'shop'
  /** When its last message came. */
  minutesAgo: number
  unread?: number
  /**
   * A line is a message: `<` came, `>` went out; `[photo blue]`, `[voice]`, `[pdf bill.pdf]`, `[sticker]` and `[place]`
   * stand for files and places, what follows is the caption, and of a voice note what is said. Dashes are days that passed.
   */
  text: string
}

/** What a phone of the simulator is given: a message with its time. */
export type HistoryMessage = Record<string, unknown> & { at: string }

const minuteMs = 60_000
const dayMs = 86_400_000
/** Minutes between two messages, in turns. */
const pauses = [3, 11, 2, 7, 26, 4, 1, 14, 5]

/** The messages of a conversation, oldest first. */
export async function readTalk({ text, minutesAgo }: Talk, nowMs: number): Promise<HistoryMessage[]> {
  const lines = text.trim().split('\n')
  const messages: HistoryMessage[] = []
  let atMs = nowMs - minutesAgo * minuteMs
  for (const [index, line] of lines.toReversed().entries()) {
    const said = line.trim()
    if (/^-+$/.test(said)) {
      atMs -= said.length * dayMs
      continue
    }
    const isOurs = said.startsWith('>')
    const content = await readContent(said.slice(2))
    messages.push({ at: new Date(atMs).toISOString(), ...(isOurs ? { fromMe: true } : {}), ...content })
    atMs -= (pauses[index % pauses.length] ?? 5) * minuteMs
  }
  return messages.toReversed()
}

async function readContent(said: string): Promise<object> {
  const [whole = '', kind = '', detail = ''] = /^\[(\w+) ?([\w.-]*)\] ?/.exec(said) ?? []
  if (kind === '') return { text: said.replace(/ \[sticker\]$/, '') }
  const caption = said.slice(whole.length)
  if (kind === 'place')
    return { location: { latitude: 38.7097, longitude: -9.1336, name: 'Harbour square', address: 'Quay 4' } }
  if (kind === 'voice') return { media: voiceNote({ text: caption }) }
  const media = await readFileKind(kind, detail)
  return { media: { ...media, ...(caption === '' ? {} : { caption }) } }
}

async function readFileKind(kind: string, detail: string): Promise<object> {
  if (kind === 'photo') return draw(detail)
  if (kind === 'pdf') return invoice(detail)
  return sticker()
}
