import { isStorable, toStorableDeep } from '../../platform/storable-text.ts'
import type { EngineListener } from '../events.ts'

/**
 * The listener behind the last door: whatever people at the other end wrote, in messages, names, subjects, labels or
 * ids, can be stored. A fact that cannot would not be stored again and again, and nothing after it either.
 */
export function storableOnly(listener: EngineListener): EngineListener {
  return {
    onState: (change) => listener.onState(toStorableDeep(change)),
    onMessages: (messages) => listener.onMessages(toStorableDeep(messages)),
    onStatuses: (updates) => listener.onStatuses(toStorableDeep(updates)),
    onGroupReceipts: (receipts) => listener.onGroupReceipts(toStorableDeep(receipts)),
    onMappings: (mappings) => listener.onMappings(toStorableDeep(mappings)),
    onGroups: (updates) => listener.onGroups(toStorableDeep(updates)),
    onChanges: (changes) => listener.onChanges(toStorableDeep(changes)),
    onChats: (changes) => listener.onChats(toStorableDeep(changes)),
    onLabels: (changes) => listener.onLabels(toStorableDeep(changes)),
    onContacts: (changes) => listener.onContacts(toStorableDeep(changes)),
    onCalls: (updates) => listener.onCalls(toStorableDeep(updates)),
    onStatusPosts: (posts) => listener.onStatusPosts(toStorableDeep(posts)),
    onHistory: (progress) => listener.onHistory(progress),
    onPresence: (update) => listener.onPresence(update),
    // Whoever writes chooses the id that is referred to; nothing is stored under one that cannot be.
    findProto: async (tenantId, sessionId, id) =>
      isStorable(id) ? listener.findProto(tenantId, sessionId, id) : undefined,
  }
}
