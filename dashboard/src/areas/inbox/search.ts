/** Which conversations the list shows; kept in the address, so that a reload shows the same. */
export interface InboxSearch {
  show?: 'unread' | 'unanswered'
  kind?: 'people' | 'groups'
  session?: string
  label?: string
  q?: string
  /** A number to write to, and the session to write from: the dialog for a new message is open. */
  write?: string
  from?: string
}

const text = (value: unknown) => (typeof value === 'string' && value !== '' ? value : undefined)

/** The filters of an address; what is not known is left. */
export function readInboxSearch(search: Record<string, unknown>): InboxSearch {
  const { show, kind } = search
  const [session, label, q] = [text(search['session']), text(search['label']), text(search['q'])]
  return {
    ...(show === 'unread' || show === 'unanswered' ? { show } : {}),
    ...(kind === 'people' || kind === 'groups' ? { kind } : {}),
    ...(session === undefined ? {} : { session }),
    ...(label === undefined ? {} : { label }),
    ...(q === undefined ? {} : { q }),
  }
}

/** The same with what a link to a new message carries. */
export function readInboxAddress(search: Record<string, unknown>): InboxSearch {
  const [write, from] = [text(search['write']), text(search['from'])]
  return {
    ...readInboxSearch(search),
    ...(write === undefined ? {} : { write }),
    ...(from === undefined ? {} : { from }),
  }
}
