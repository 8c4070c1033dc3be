import type { Context } from '../../../context.ts'
import type { Submission } from '../../../engine/engine.ts'
import { chatKind } from '../../../engine/ids.ts'
import type { TenantSettings } from '../../account/settings/settings.schema.ts'
import { reservedAhead } from '../../account/usage/usage.service.ts'
import type { ChatRef } from '../../conversations/chats/chats.service.ts'
import type { WaitsFor } from '../limits/send-limits.schema.ts'
import type { OutgoingMessage } from './outbox.schema.ts'

/** A message on its way through the pipeline: each step adds what it found out or refuses. */
export interface Draft {
  /** As the content policy leaves it. */
  outgoing: OutgoingMessage
  readonly tenantId: string
  readonly settings: TenantSettings
  /** What the plan allows per month, of messages or of posts to channels; null is unlimited. */
  readonly quota: number | null
  readonly kind: 'person' | 'group' | 'channel'
  /** Digits of the session's own account. */
  ownPhone: string | null
  chat: ChatRef | undefined
  quoted: Submission['quoted']
  /** To a contact that has not written; charged to the budget unless the tenant only wants to be warned. */
  isCold: boolean
  coldBudget: number | null
  waitsFor: WaitsFor | null
  /** Rules that only mark: they go with the message's metadata. */
  flags: readonly string[]
  /** An anti-spam rule put it off until then. */
  notBefore: Date | null
  /** A person has to approve it first. */
  isHeld: boolean
  /** A person has approved it, perhaps with another text. */
  approval: 'as_it_is' | 'edited' | null
}

/** What the message's events and its record say beside the text. */
export function metadataOf({ outgoing, flags }: Draft): Record<string, unknown> | null {
  const { metadata = null, isQuotaReserved = false } = outgoing
  if (flags.length === 0 && !isQuotaReserved) return metadata
  return { ...metadata, ...(isQuotaReserved ? reservedAhead : {}), ...(flags.length === 0 ? {} : { flags }) }
}

/** Whether it is counted among those that wait for a limit. */
export function isQueued({ waitsFor, isHeld }: Draft): boolean {
  return waitsFor !== null && !isHeld
}

/** Whether it is dispatched as soon as it is stored. */
export function leavesAtOnce({ waitsFor, notBefore, isHeld }: Draft): boolean {
  return waitsFor === null && notBefore === null && !isHeld
}

/** Whether the caller is answered before WhatsApp took the message. */
export function isAnsweredPending({ waitsFor, notBefore, isHeld, outgoing }: Draft): boolean {
  if (isHeld || notBefore !== null || outgoing.isAsync === true) return true
  return waitsFor === 'burst' || waitsFor === 'rate'
}

/** Whether the recipient is the account itself: nobody else is bothered. */
export function isOwnChat(draft: Draft): boolean {
  return draft.ownPhone !== null && draft.outgoing.chatId === `${draft.ownPhone}@c.us`
}

/** A draft before the first step. */
export function newDraft(
  tenantId: string,
  outgoing: OutgoingMessage,
  settings: TenantSettings,
  quota: number | null,
): Draft {
  return {
    outgoing,
    tenantId,
    settings,
    quota,
    kind: chatKind(outgoing.chatId),
    ownPhone: null,
    chat: undefined,
    quoted: undefined,
    isCold: false,
    coldBudget: null,
    waitsFor: null,
    flags: [],
    notBefore: null,
    isHeld: false,
    approval: null,
  }
}

/** One step of the pipeline: completes the draft or throws a refusal. */
export interface Step {
  readonly name: string
  /** Reactions, edits and unsends pass it too. */
  readonly isForActions?: boolean
  /** Channel posts pass only some of the steps (contract section 7). */
  readonly isForChannels: boolean
  pass(ctx: Context, draft: Draft): Promise<void> | void
}
