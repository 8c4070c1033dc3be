import { type BinaryNode, proto } from 'baileys'
import { type Account, type Companion, parseJid } from '../accounts.ts'
import { authorAttributes, chatJid, ownCopyAttributes, statusChat } from '../addresses.ts'
import { verifiedNameOf } from '../business/model.ts'
import type { Connection } from '../connection.ts'
import { type SentMessage, sentMessagesOf } from '../content/sent-messages.ts'
import { answerWithReceipts } from '../delivery/outgoing.ts'
import { recordDestination } from '../delivery/phone-files.ts'
import { showOnPhone } from '../delivery/screen.ts'
import { senderKeyIdOf } from '../encryption/sender-keys.ts'
import { faultsOf } from '../faults/model.ts'
import { findChat } from '../groups/groups.ts'
import { Group } from '../groups/model.ts'
import { receivePeerMessage } from '../history/requests.ts'
import { refusalOf } from '../limits/model.ts'
import { bytesOf, child, children, seconds, stanza, writeNumber } from '../stanza.ts'
import { receiveStatusPost } from '../status/stanzas.ts'
import type { World } from '../world.ts'

/** A message of a client on its way to phones and devices. */
type Transit = {
  world: World
  node: BinaryNode
  sender: Companion
  chat: Account | Group
  /** Ciphertext for each device, by `<lid>:<device>`. */
  parts: Map<string, BinaryNode>
  groupPart: BinaryNode | undefined
}

const noSuchChat = 404
const notAMember = 403
const maxRetries = 5

/**
 * A client sends a message. The server acknowledges before anything else; what happens then stays in the
 * order in which this account sent.
 */
export function receiveMessage(world: World, connection: Connection, node: BinaryNode): void {
  const { account, companion } = connection
  const { id, to } = node.attrs
  if (!account || !companion || !id) return
  if (to === statusChat) return receiveStatusPost(world, connection, node)
  const chat = chatOf(world, node)
  const error = errorFor(world, account, chat, isReply(node)) ?? limitFor(node, account, chat)
  connection.send(stanza('ack', { class: 'message', id, from: to, t: seconds(), error }))
  if (error || !chat) return
  world.counters.messages++
  const transit = readTransit(world, node, companion, chat)
  account.inOrder(() => deliver(transit)).catch((cause) => world.problem(`carrying message ${id}`, cause))
}

/** The chat a message belongs to. A copy for an own device names it as `recipient`. */
function chatOf(world: World, node: BinaryNode): Account | Group | undefined {
  return findChat(world, node.attrs.recipient ?? node.attrs.to)
}

function errorFor(
  world: World,
  account: Account,
  chat: Account | Group | undefined,
  isReply: boolean,
): number | undefined {
  const to = chat instanceof Group ? chat.id : chat?.phone
  const fault = faultsOf(world).take('ack_error', account.phone, to)
  if (fault) return fault.code ?? 500
  if (!chat) return noSuchChat
  return chat instanceof Group && !chat.takes(account, isReply) ? notAMember : undefined
}

/** A reaction or a vote. Source: `<meta polltype>`, with which Baileys marks polls. */
function isReply(node: BinaryNode): boolean {
  const { type } = node.attrs
  return type === 'reaction' || (type === 'poll' && child(node, 'meta')?.attrs.polltype !== 'creation')
}

/** A limit of the service; what goes to own devices and answers to retry receipts are no new messages. */
function limitFor(
  { attrs }: BinaryNode,
  account: Account,
  chat: Account | Group | undefined,
): number | undefined {
  if (!chat || attrs.category === 'peer' || attrs.participant) return undefined
  return refusalOf(account, chat)
}

function readTransit(world: World, node: BinaryNode, sender: Companion, chat: Account | Group): Transit {
  const parts = new Map<string, BinaryNode>()
  const addPart = (jid: string | undefined, enc: BinaryNode | undefined) => {
    const account = world.find(jid)
    if (account && enc) parts.set(`${account.lid}:${parseJid(jid)?.device ?? 0}`, enc)
  }
  for (const to of children(child(node, 'participants'), 'to')) addPart(to.attrs.jid, child(to, 'enc'))
  const bare = children(node, 'enc')
  const groupPart = bare.find(({ attrs }) => attrs.type === 'skmsg')
  // A peer message and the answer to a retry receipt deliver one ciphertext for one device.
  const single = bare.find(({ attrs }) => attrs.type !== 'skmsg')
  if (single) addPart(node.attrs.participant ?? node.attrs.to, single)
  return { world, node, sender, chat, parts, groupPart }
}

/** The people whose phone or clients get something of a message. */
function targetsOf({ world, chat, parts, groupPart }: Transit): Set<Account> {
  const targets = new Set<Account>()
  if (chat instanceof Group && groupPart) for (const member of chat.members.keys()) targets.add(member)
  for (const address of parts.keys()) {
    const account = world.find(`${address.split(':')[0]}@lid`)
    // A client may not know yet that somebody left.
    if (account && !(chat instanceof Group && !chat.members.has(account))) targets.add(account)
  }
  return targets
}

async function deliver(transit: Transit): Promise<void> {
  const { sender, groupPart } = transit
  // Keys go first: one member's copy carries the chain that the message for all is written under.
  const personal = new Map<Account, proto.Message | undefined>()
  for (const account of targetsOf(transit)) {
    if (!account.blocked.has(sender.account.phone))
      personal.set(account, await readPersonal(transit, account))
  }
  let forAll: proto.Message | undefined
  for (const account of personal.keys()) {
    let message = groupPart ? undefined : personal.get(account)
    if (groupPart && hasSenderKey(transit, account)) {
      forAll ??= readForAll(transit)
      message = forAll
    }
    if (message) receiveOnPhone(transit, account, message)
    else if (isForPhone(transit, account)) requestRetry(transit, account)
    forward(transit, account)
  }
}

function isForPhone({ parts, groupPart }: Transit, account: Account): boolean {
  return groupPart !== undefined || parts.has(`${account.lid}:0`)
}

/** Decrypts what is meant for this phone alone; a failure leads to a retry receipt. */
async function readPersonal(transit: Transit, account: Account): Promise<proto.Message | undefined> {
  const { world, sender, chat, parts, node } = transit
  const part = parts.get(`${account.lid}:0`)
  if (!part) return undefined
  if (account !== sender.account && faultsOf(world).take('undecryptable', account.phone)) {
    forgetKeys(transit, account)
    return undefined
  }
  try {
    const message = await account.device.decrypt(sender.address, part.attrs.type ?? '', bytesOf(part))
    const distribution = message.senderKeyDistributionMessage
    if (distribution?.axolotlSenderKeyDistributionMessage && chat instanceof Group) {
      const id = world.observer.learn(
        chat.id,
        sender.address,
        distribution.axolotlSenderKeyDistributionMessage,
      )
      chat.holdersOf(sender.address, id).add(account)
    }
    world.counters.decrypted++
    return message.deviceSentMessage?.message
      ? proto.Message.fromObject(message.deviceSentMessage.message)
      : message
  } catch (cause) {
    account.undecryptable++
    world.counters.undecryptable++
    world.problem(`the phone ${account.phone} cannot decrypt message ${node.attrs.id}`, cause)
    return undefined
  }
}

function forgetKeys({ chat, sender }: Transit, account: Account): void {
  if (chat instanceof Group) chat.dropKeys(sender.address, account)
}

/** Whether this phone has the key of a group message: only then it may read it. */
function hasSenderKey({ chat, sender, groupPart, world }: Transit, account: Account): boolean {
  if (!groupPart || !(chat instanceof Group)) return false
  if (!chat.holdersOf(sender.address, senderKeyIdOf(bytesOf(groupPart))).has(account)) return false
  return account === sender.account || !faultsOf(world).take('undecryptable', account.phone)
}

/** Decrypts a group message once for all its members. */
function readForAll({ world, chat, sender, groupPart, node }: Transit): proto.Message | undefined {
  try {
    const message = world.observer.decrypt((chat as Group).id, sender.address, bytesOf(groupPart))
    world.counters.decrypted++
    return message
  } catch (cause) {
    world.counters.undecryptable++
    world.problem(`nobody can decrypt group message ${node.attrs.id}`, cause)
    return undefined
  }
}

/** The message is readable on a phone: it is shown, and answered with receipts. */
function receiveOnPhone(transit: Transit, account: Account, message: proto.Message): void {
  const { world, node, sender, chat } = transit
  if (node.attrs.category === 'peer') {
    if (account === sender.account) receivePeerMessage(world, sender, node.attrs.id ?? '', message)
    return
  }
  const sent: SentMessage = { id: node.attrs.id ?? '', author: sender.account, chat, message }
  if (!sentMessagesOf(world).get(sent.id)) {
    sentMessagesOf(world).add(sent)
    recordDestination(world, sent)
  }
  const isNew = showOnPhone(world, account, sent)
  const wasRequested = world.retryRequests.has(sent.id)
  if (!isNew && !wasRequested) account.duplicates++
  if (account === sender.account) return
  const isLid = node.attrs.to?.endsWith('@lid')
  answerWithReceipts(
    world,
    account,
    sent,
    chat instanceof Group ? chat.id : chatJid(account, isLid ? 'lid' : 'pn'),
  )
}

/** The phone could not read it and asks for it again, as real phones do up to five times. */
function requestRetry(transit: Transit, account: Account): void {
  const { world, node, sender, parts, groupPart } = transit
  const part = parts.get(`${account.lid}:0`) ?? groupPart
  const count = Number(part?.attrs.count ?? 0) + 1
  if (count > maxRetries) return
  const id = node.attrs.id ?? ''
  world.retryRequests.add(id)
  const who = retryAttributes(transit, account)
  const retry = stanza('retry', { count, id, t: seconds(), v: '1', error: '0' })
  const registration = stanza('registration', {}, writeNumber(account.device.registrationId, 4))
  // The first time the client fetches new keys itself; later the phone sends them along.
  const keys = count > 1 ? [stanza('keys', {}, account.device.keyNodes())] : []
  sender.queue.add(
    stanza('receipt', { ...who, id, type: 'retry', t: seconds() }, [retry, registration, ...keys]),
  )
}

/** Who asks again. The own phone names the chat as recipient, since the message was not for itself. */
function retryAttributes({ chat, sender, node }: Transit, account: Account): Record<string, string> {
  const to = node.attrs.to ?? ''
  if (chat instanceof Group) return { from: chat.id, ...chat.authorAttributes(account) }
  if (account === sender.account && chat !== account) return { from: account.jid, recipient: to }
  return { from: to }
}

/** Passes the message on to the linked devices of an account. */
function forward(transit: Transit, account: Account): void {
  const { node, sender, chat, parts, groupPart } = transit
  const identity = child(node, 'device-identity')
  for (const companion of account.companions.values()) {
    if (companion === sender) continue
    const part = parts.get(companion.address)
    if (!part && !groupPart) continue
    const content = [part, groupPart].filter((enc) => enc !== undefined)
    if (identity) content.push(identity)
    const { id, type } = node.attrs
    const name = verifiedNameOf(sender.account)
    const attrs = { ...senderAttributes(sender, account, chat), id, type, t: seconds(), ...name.attrs }
    content.push(...name.nodes)
    companion.queue.add(stanza('message', { ...attrs, notify: sender.account.name }, content))
  }
}

function senderAttributes(sender: Companion, reader: Account, chat: Account | Group): Record<string, string> {
  const { account, device } = sender
  if (chat instanceof Group) return { from: chat.id, ...chat.authorAttributes(account, device) }
  if (reader === account && chat !== account) return ownCopyAttributes(account, chat, device)
  return authorAttributes(account, device)
}
