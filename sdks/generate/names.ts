/**
 * Where the operations of a group are found in the clients: the attribute, with a dot for one inside another. A group
 * that is not named here has an attribute of its own name.
 */
const attributes: Readonly<Record<string, string>> = {
  bulk: 'bulk_send',
  scheduled_messages: 'scheduled',
  tenant_settings: 'tenant',
  plans: 'billing.plans',
  style: 'ai.style',
  transcripts: 'ai.transcripts',
  auto_replies: 'ai.auto_replies',
  ai_drafts: 'ai.drafts',
  review_collectors: 'reviews.collectors',
  review_widgets: 'reviews.widgets',
  a2a_policy: 'a2a.policy',
}

/** Streams that end by themselves: with an event whose field has one of these values. */
const endings: Readonly<Record<string, string>> = {
  'bulk.progress': 'status=completed|cancelled|failed',
}

/** Where an operation is found: the attributes that lead to it, and the method's name, all in snake_case. */
export function placeOf(operationId: string): { attribute: string[]; method: string } {
  const dot = operationId.lastIndexOf('.')
  const group = operationId.slice(0, dot)
  return { attribute: (attributes[group] ?? group).split('.'), method: operationId.slice(dot + 1) }
}

/** What ends a stream, as `field=value|value`. */
export function endingOf(operationId: string): string | undefined {
  return endings[operationId]
}

/** `send_media` as `sendMedia`. */
export function toCamelCase(name: string): string {
  return name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase())
}

/** `messages.send_media` as `MessagesSendMedia`. */
export function toPascalCase(name: string): string {
  return name
    .split(/[._-]/)
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('')
}
