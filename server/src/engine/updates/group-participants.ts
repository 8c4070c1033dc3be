import type { BinaryNode, GroupMetadata } from 'baileys'
import type { Person } from '../events.ts'
import type { ParticipantResult } from '../groups.ts'
import type { ChatId } from '../ids.ts'
import type { Addresses } from '../inbound/addresses.ts'
import { childOf, childrenOf } from '../library/binary-nodes.ts'
import { personOf } from '../library/jids.ts'
import { isSamePerson, participantPerson } from './group-info.ts'

/** A change of one person in a group. */
export type ParticipantAction = 'add' | 'remove' | 'promote' | 'demote' | 'approve' | 'reject'

/** Somebody a change is about: as the caller named them, and where a group expects them. */
export interface NamedPerson {
  chatId: ChatId
  person: Person
  jid: string
}

/** Addresses of people as this group names its members: a group that uses LIDs wants those of its members. */
export async function nameParticipants(
  chatIds: readonly ChatId[],
  group: GroupMetadata | undefined,
  addresses: Addresses,
): Promise<NamedPerson[]> {
  return Promise.all(
    chatIds.map(async (chatId) => {
      const jid = await addresses.jidOf(chatId)
      const person = await addresses.complete(personOf([jid], null))
      const member = group?.participants.find((known) => isSamePerson(participantPerson(known), person))
      return { chatId, person, jid: member?.id ?? jid }
    }),
  )
}

/** What WhatsApp says became of each person; one it says nothing of was not changed. */
export function readResults(
  answered: readonly BinaryNode[],
  wanted: readonly NamedPerson[],
  action: ParticipantAction,
): ParticipantResult[] {
  return wanted.map(({ chatId, person }) => {
    const node = answered.find(({ attrs }) => {
      const named = personOf([attrs.jid, attrs.phone_number, attrs.lid], null)
      return isSamePerson(named, person)
    })
    return { chatId, ...judge(node, action) }
  })
}

/** Participant nodes below an answer's action node. */
export function participantNodes(answer: BinaryNode, ...path: readonly string[]): BinaryNode[] {
  let node: BinaryNode | undefined = answer
  for (const tag of path) node = childOf(node, tag)
  return childrenOf(node, 'participant')
}

type Judgement = Pick<ParticipantResult, 'status' | 'error' | 'invitation'>

/** Source: codes of participants in answers of `w:g2`, `groups.go` of whatsmeow. */
function judge(node: BinaryNode | undefined, action: ParticipantAction): Judgement {
  if (node === undefined) return failed('no_answer')
  const code = node.attrs.error
  const request = childOf(node, 'add_request')
  if (action === 'add' && request?.attrs.code !== undefined) {
    const seconds = Number(request.attrs.expiration)
    const expiresAt = Number.isFinite(seconds) && seconds > 0 ? new Date(seconds * 1000) : null
    return { status: 'invited', error: 'not_allowed', invitation: { code: request.attrs.code, expiresAt } }
  }
  if (code === undefined || code === '200') return { status: 'done', error: null }
  return failed(errorOf(code, action))
}

function errorOf(code: string, action: ParticipantAction): string {
  switch (code) {
    case '401':
      return 'blocked'
    case '403':
      return action === 'add' ? 'not_allowed' : 'not_admin'
    case '404':
      if (action === 'add') return 'not_on_whatsapp'
      return action === 'approve' || action === 'reject' ? 'no_request' : 'not_a_member'
    case '408':
      return 'left_recently'
    case '409':
      return 'already_member'
    case '419':
      return 'group_full'
    default:
      return `refused_${code}`
  }
}

function failed(error: string): Judgement {
  return { status: 'failed', error }
}
