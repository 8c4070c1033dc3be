import type { Context } from '../../../context.ts'
import { onEvent } from '../../../feature.ts'
import type { Sql } from '../../../platform/database/database.ts'
import { getSettingsWithin } from '../../account/settings/settings.service.ts'
import { type MessageReceived, messageReceived } from '../../conversations/messages/message-events.schema.ts'
import { wishOf } from './opt-out-words.ts'
import { recordOptOut } from './opt-outs.service.ts'
import { findLid } from './opt-outs.store.ts'

async function addressOf(sql: Sql, message: MessageReceived): Promise<string | undefined> {
  if (message.senderPhone !== null) return message.senderPhone.slice(1)
  if (message.senderContactId === null) return undefined
  const lid = await findLid(sql, message.tenantId, message.senderContactId)
  return lid === null ? undefined : `lid:${lid}`
}

/** A whole message that is a stop word counts in the transaction that stores it: no later send can miss it. */
async function recordOptOuts(ctx: Context, sql: Sql, messages: readonly MessageReceived[]): Promise<void> {
  for (const message of messages) {
    if (message.isGroup || message.messageType !== 'text' || message.text.length > 60) continue
    const wish = wishOf(message.text, await getSettingsWithin(ctx, sql, message.tenantId))
    if (wish === undefined) continue
    const address = await addressOf(sql, message)
    if (address === undefined) continue
    const { tenantId, sessionId, messageId } = message
    await recordOptOut(ctx, sql, {
      tenantId,
      address,
      how: 'message',
      sessionId,
      messageId,
      userId: null,
      ...wish,
    })
  }
}

export const optOutsEvents = [onEvent(messageReceived, recordOptOuts)]
