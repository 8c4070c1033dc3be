import type { Clock } from '../../platform/clock.ts'
import { AppError } from '../../platform/errors.ts'
import type { LabelActions } from '../engine.ts'
import { notBusinessAccount } from '../engine-errors.ts'
import type { Connection } from '../session/connection.ts'
import { type AppStatePatch, patchAppState } from './app-state.ts'
import type { RequireOpen } from './group-actions.ts'

/** Labels of WhatsApp Business, which all devices of the account share. */
export function createLabelActions(open: RequireOpen, clock: Clock): LabelActions {
  const edit = (waLabelId: string, labelEditAction: object): AppStatePatch => ({
    type: 'regular',
    apiVersion: 3,
    index: ['label_edit', waLabelId],
    syncAction: { timestamp: clock.nowMs(), labelEditAction },
  })
  return {
    async put(sessionId, { waLabelId, name, colorIndex }) {
      const connection = requireBusiness(open(sessionId))
      await patchAppState(connection, edit(waLabelId, { name, color: colorIndex, deleted: false }))
    },
    async delete(sessionId, waLabelId) {
      const connection = requireBusiness(open(sessionId))
      await patchAppState(connection, edit(waLabelId, { deleted: true }))
    },
    async setOnChat(sessionId, chatId, waLabelId, isLabelled) {
      const connection = requireBusiness(open(sessionId))
      const jid = await connection.addresses.jidOf(chatId)
      await patchAppState(connection, {
        type: 'regular',
        apiVersion: 3,
        index: ['label_jid', waLabelId, jid],
        syncAction: { timestamp: clock.nowMs(), labelAssociationAction: { labeled: isLabelled } },
      })
    },
  }
}

function requireBusiness(connection: Connection): Connection {
  if (!connection.isBusiness) throw new AppError(notBusinessAccount)
  return connection
}
