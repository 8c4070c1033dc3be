import type { Account } from './accounts.ts'

/** Who may add somebody to groups. Source: `WAPrivacyGroupAddValue` of Baileys. */
export const groupAddValues = ['all', 'contacts', 'contact_blacklist', 'none'] as const

/** What an account says about itself to whom, by category, as clients read and change it. */
export const defaultPrivacy: Readonly<Record<string, string>> = {
  readreceipts: 'all',
  profile: 'all',
  status: 'contacts',
  online: 'all',
  last: 'all',
  groupadd: 'all',
  calladd: 'all',
  messages: 'all',
}

/** Whether somebody has to be invited instead of being added by `other`. */
export function refusesGroupsOf(account: Account, other: Account): boolean {
  switch (account.privacy.groupadd) {
    case 'none':
      return true
    case 'contacts':
    case 'contact_blacklist':
      return !account.contacts.has(other.phone)
    default:
      return false
  }
}
