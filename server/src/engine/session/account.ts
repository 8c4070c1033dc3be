import type { AuthenticationCreds } from 'baileys'
import { parseJid } from '../library/jids.ts'

/** Whether a phone has linked this device. */
export function isPaired(credentials: AuthenticationCreds): boolean {
  return credentials.account !== undefined
}

/** Digits of the linked account's phone number; null before it is linked. */
export function phoneOf(credentials: AuthenticationCreds): string | null {
  if (!isPaired(credentials)) return null
  const address = parseJid(credentials.me?.id)
  return address.kind === 'phone' ? address.digits : null
}

/** Source: `platform` of pair-success is `smba` or `smbi` for WhatsApp Business on Android and iOS. */
export function isBusinessAccount({ platform }: AuthenticationCreds): boolean {
  return platform?.startsWith('smb') === true
}
