import type { BinaryNode } from 'baileys'
import { AppError } from '../../platform/errors.ts'
import type { ContactActions, NumberCheck } from '../engine.ts'
import { waContactUnknown } from '../engine-errors.ts'
import type { Person } from '../events.ts'
import type { ChatId } from '../ids.ts'
import { ask, type Refusals, translating } from '../library/ask.ts'
import { childOf, childrenOf, textOf } from '../library/binary-nodes.ts'
import { parseJid } from '../library/jids.ts'
import { generateMessageIDV2 } from '../library/library.ts'
import type { Connection } from '../session/connection.ts'
import type { RequireOpen } from './group-actions.ts'

/** How many numbers one question holds. */
const checkBatch = 50
/** A hidden picture, none at all, and nobody there are the same to whoever asks. */
const pictureIsMissing = /item-not-found|not-authorized|forbidden|not-acceptable/
const blockRefusals: Refusals = { 404: waContactUnknown }

/** People on the library's socket. */
export function createContactActions(open: RequireOpen): ContactActions {
  return {
    async check(sessionId, phones) {
      const connection = open(sessionId)
      const found = new Map<string, NumberCheck>()
      const wanted = [...new Set(phones)]
      for (let start = 0; start < wanted.length; start += checkBatch) {
        const batch = wanted.slice(start, start + checkBatch)
        for (const check of await checkNumbers(connection, batch)) found.set(check.phone, check)
      }
      return phones.map((phone) => found.get(phone) ?? unknownNumber(phone))
    },
    async pictureUrl(sessionId, chatId) {
      const { addresses, socket } = open(sessionId)
      const jid = await addresses.jidOf(chatId)
      try {
        return (await translating(() => socket.profilePictureUrl(jid, 'image'))) ?? null
      } catch (error) {
        if (error instanceof AppError && pictureIsMissing.test(error.message)) return null
        throw error
      }
    },
    setBlocked: (sessionId, chatId, isBlocked) => setBlocked(open(sessionId), chatId, isBlocked),
  }
}

/** Source: `IsOnWhatsApp` of whatsmeow; the library's `onWhatsApp` tells neither LIDs nor businesses. */
async function checkNumbers(connection: Connection, phones: readonly string[]): Promise<NumberCheck[]> {
  const answer = await ask(connection.socket, usyncQuery(phones))
  const users = childrenOf(childOf(childOf(answer, 'usync'), 'list'), 'user')
  const checks: NumberCheck[] = []
  const mappings: Person[] = []
  for (const [index, user] of users.entries()) {
    const address = parseJid(user.attrs.jid)
    const contact = childOf(user, 'contact')
    // A number may be written in two ways (Brazil, Mexico): the answer repeats the one that was asked for.
    const asked = textOf(contact)?.replace(/\D/g, '')
    const own = address.kind === 'phone' ? address.digits : undefined
    const phone = [asked, own, phones[index]].find((text) => text !== undefined && phones.includes(text))
    if (phone === undefined) continue
    const exists = contact?.attrs.type === 'in' && own !== undefined
    const lidAddress = parseJid(childOf(user, 'lid')?.attrs.val)
    const lid = exists && lidAddress.kind === 'lid' ? lidAddress.digits : null
    if (own !== undefined) mappings.push({ phone: own, lid, pushName: null })
    checks.push({
      phone,
      exists,
      chatId: exists ? `${own}@c.us` : null,
      lid,
      isBusiness: exists && childOf(user, 'business') !== undefined,
    })
  }
  await connection.addresses.learn(mappings)
  return checks
}

function usyncQuery(phones: readonly string[]): BinaryNode {
  const leaf = (tag: string) => ({ tag, attrs: {} })
  const query = {
    ...leaf('query'),
    content: [leaf('contact'), leaf('lid'), { ...leaf('business'), content: [leaf('verified_name')] }],
  }
  const list = {
    ...leaf('list'),
    content: phones.map((phone) => ({
      ...leaf('user'),
      content: [{ ...leaf('contact'), content: Buffer.from(`+${phone}`) }],
    })),
  }
  const attrs = {
    context: 'interactive',
    mode: 'query',
    sid: generateMessageIDV2(),
    last: 'true',
    index: '0',
  }
  return {
    tag: 'iq',
    attrs: { to: '@s.whatsapp.net', type: 'get', xmlns: 'usync' },
    content: [{ tag: 'usync', attrs, content: [query, list] }],
  }
}

function unknownNumber(phone: string): NumberCheck {
  return { phone, exists: false, chatId: null, lid: null, isBusiness: false }
}

/** Source: `updateBlockStatus` of Baileys 7: the LID is blocked, its phone goes along. */
async function setBlocked(connection: Connection, chatId: ChatId, isBlocked: boolean): Promise<void> {
  const { addresses, socket } = connection
  const { lidMapping } = socket.signalRepository
  const jid = await addresses.jidOf(chatId)
  const isLid = jid.endsWith('@lid')
  const lid = isLid ? jid : ((await lidMapping.getLIDForPN(jid)) ?? undefined)
  const phone = isLid ? ((await lidMapping.getPNForLID(jid)) ?? undefined) : jid
  const attrs: Record<string, string> = { action: isBlocked ? 'block' : 'unblock', jid: bare(lid ?? jid) }
  if (isBlocked && phone !== undefined) attrs.pn_jid = bare(phone)
  const item = { tag: 'item', attrs }
  const iq = { to: '@s.whatsapp.net', type: 'set', xmlns: 'blocklist' }
  await ask(socket, { tag: 'iq', attrs: iq, content: [item] }, blockRefusals)
}

/** An address without its device. */
function bare(jid: string): string {
  return jid.replace(/:\d+@/, '@')
}
