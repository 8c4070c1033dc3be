import type { WAPatchCreate } from 'baileys'
import type { Account, Companion } from '../accounts.ts'
import { SERVER, seconds, stanza, stanzaId } from '../stanza.ts'
import { pushName } from './changes.ts'
import { appStateOf, hasAppState } from './store.ts'

/** The phone changes something; its linked devices are notified and fetch it. */
export async function changeOnPhone(account: Account, change: WAPatchCreate): Promise<void> {
  const state = appStateOf(account)
  await state.inOrder(() => state.write(change))
  notifyChange(account, change.type)
}

/** Keeps the address book, on which privacy settings depend. */
export function saveContact(account: Account, phone: string, isSaved: boolean): void {
  if (isSaved) account.contacts.add(phone)
  else account.contacts.delete(phone)
}

/** Puts the owner's name where clients look for it: without a name they never announce themselves. */
export async function namePhone(account: Account): Promise<void> {
  const state = appStateOf(account)
  await state.inOrder(async () => {
    if (!state.values.has('["setting_pushName"]')) await state.write(pushName(account.name))
  })
}

/** Tells linked devices that a collection has a new version. */
export function notifyChange(account: Account, name: string, except?: Companion): void {
  const version = appStateOf(account).version(name)
  for (const companion of account.companions.values()) {
    if (companion === except) continue
    const attrs = { from: SERVER, type: 'server_sync', id: stanzaId(), t: seconds() }
    companion.queue.add(stanza('notification', attrs, [stanza('collection', { name, version })]))
  }
}

/** All entries by index, for instance `["setting_pushName"]`. */
export function settingsOf(account: Account): Record<string, unknown> {
  return hasAppState(account) ? Object.fromEntries(appStateOf(account).values) : {}
}
