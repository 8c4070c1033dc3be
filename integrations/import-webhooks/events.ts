/** What the events of another program are called here; an empty list has no counterpart. */
export type EventNames = Readonly<Record<string, readonly string[]>>

export const wahaEvents: EventNames = {
  message: ['message.received'],
  'message.any': ['message.received', 'message.sent'],
  'message.reaction': ['message.received'],
  'message.ack': ['message.sent', 'message.delivered', 'message.read', 'message.failed'],
  'message.ack.group': ['message.delivered', 'message.read'],
  'message.revoked': ['message.deleted'],
  'message.edited': ['message.edited'],
  'session.status': ['session.status'],
  'state.change': ['session.status'],
  'group.join': ['group.updated'],
  'group.leave': ['group.updated'],
  'group.v2.join': ['group.updated'],
  'group.v2.leave': ['group.updated'],
  'group.v2.participants': ['group.updated'],
  'group.v2.update': ['group.updated'],
  'poll.vote': ['poll.vote'],
  'poll.vote.failed': [],
  'call.received': ['call.received'],
  'call.accepted': ['call.received'],
  'call.rejected': ['call.received'],
  'message.waiting': [],
  'presence.update': [],
  'chat.archive': [],
  'label.upsert': [],
  'label.deleted': [],
  'label.chat.added': [],
  'label.chat.deleted': [],
  'event.response': [],
  'event.response.failed': [],
  'engine.event': [],
}

export const evolutionEvents: EventNames = {
  MESSAGES_UPSERT: ['message.received'],
  SEND_MESSAGE: ['message.sent'],
  SEND_MESSAGE_UPDATE: ['message.edited'],
  MESSAGES_UPDATE: ['message.delivered', 'message.read', 'message.failed'],
  MESSAGES_EDITED: ['message.edited'],
  MESSAGES_DELETE: ['message.deleted'],
  MESSAGES_SET: ['history.progress'],
  CONNECTION_UPDATE: ['session.connected', 'session.disconnected'],
  STATUS_INSTANCE: ['session.status'],
  LOGOUT_INSTANCE: ['session.disconnected'],
  QRCODE_UPDATED: ['session.status'],
  GROUPS_UPSERT: ['group.updated'],
  GROUP_UPDATE: ['group.updated'],
  GROUPS_UPDATE: ['group.updated'],
  GROUP_PARTICIPANTS_UPDATE: ['group.updated'],
  CALL: ['call.received'],
  APPLICATION_STARTUP: [],
  CONTACTS_SET: [],
  CONTACTS_UPSERT: [],
  CONTACTS_UPDATE: [],
  PRESENCE_UPDATE: [],
  CHATS_SET: [],
  CHATS_UPSERT: [],
  CHATS_UPDATE: [],
  CHATS_DELETE: [],
  LABELS_EDIT: [],
  LABELS_ASSOCIATION: [],
  TYPEBOT_START: [],
  TYPEBOT_CHANGE_STATUS: [],
  REMOVE_INSTANCE: [],
  INSTANCE_CREATE: [],
  INSTANCE_DELETE: [],
}

/** Our names, each once, and the names that nothing of ours is like; no names mean all that have one. */
export function translateEvents(
  names: EventNames,
  given: readonly string[],
): { events: string[]; unknown: string[] } {
  const asked = given.length > 0 ? given : Object.keys(names).filter((name) => names[name]?.length !== 0)
  const events = new Set(asked.flatMap((name) => names[name] ?? []))
  return { events: [...events], unknown: asked.filter((name) => (names[name] ?? []).length === 0) }
}
