/** Every scope a credential can hold, with what it allows: contract section 5. */
export const scopeCatalogue = {
  'sessions:read': 'List and read sessions, QR codes, events and presence',
  'sessions:manage': 'Create, start, stop, pair, log out and delete sessions',
  'messages:read': 'Read chats, messages and approvals',
  'messages:send': 'Send, reply, react, edit, unsend, star, mark read and decide approvals',
  'groups:read': 'Read monitored and available groups and their messages',
  'groups:manage': 'Change monitoring and WhatsApp groups',
  'labels:read': 'Read labels',
  'labels:manage': 'Change labels',
  'webhooks:read': 'Read webhooks and deliveries',
  'webhooks:manage': 'Change webhooks and send deliveries again',
  'custom-groups:read': 'Read contact lists',
  'custom-groups:manage': 'Change contact lists',
  'bulk-send:read': 'Read bulk jobs',
  'bulk-send:manage': 'Start and steer bulk jobs',
  'scheduled:read': 'Read scheduled messages',
  'scheduled:manage': 'Change scheduled messages',
  'reports:read': 'Read reports',
  'reports:manage': 'Change reports',
  'leads:read': 'Read and export leads',
  'leads:manage': 'Change leads',
  'ai:read': 'Read AI documents, styles and transcripts',
  'ai:manage': 'Use and configure AI',
  'reviews:read': 'Read reviews and collectors',
  'reviews:manage': 'Change reviews and collectors',
  'a2a:read': 'Read the agent protocol settings',
  'a2a:manage': 'Change the agent protocol settings',
  'settings:manage': 'Manage API keys, tenant settings and anti-spam',
  'usage:read': 'Read usage',
  'billing:read': 'Read the subscription',
  'billing:manage': 'Change the subscription',
  'account:manage': 'Change, export and delete the own account',
  'gdpr:manage': 'Erase contacts and read consents',
  'analytics:read': 'Read analytics',
  'channels:read': 'Read channels',
  'channels:manage': 'Change channels and post',
  'contacts:read': 'Read contacts',
  'contacts:manage': 'Change contacts',
  '*': 'Everything a tenant may do',
} as const

/** One permission of a credential. */
export type Scope = keyof typeof scopeCatalogue

/** All scopes in the order of the catalogue. */
export const allScopes = Object.keys(scopeCatalogue) as readonly Scope[]

/** Whether the text is a scope of the catalogue. */
export function isScope(text: string): text is Scope {
  return Object.hasOwn(scopeCatalogue, text)
}

/** Scopes that grant another one beside `*` and `manage` over `read`. */
const grantedAlsoBy: Partial<Record<Scope, readonly Scope[]>> = { 'contacts:read': ['messages:read'] }

/** Whether the held scopes include the wanted one: `*` means all, `manage` includes `read` of its resource. */
export function holdsScope(held: ReadonlySet<Scope>, wanted: Scope): boolean {
  if (held.has('*') || held.has(wanted)) return true
  if (wanted.endsWith(':read') && held.has(wanted.replace(':read', ':manage') as Scope)) return true
  return (grantedAlsoBy[wanted] ?? []).some((scope) => held.has(scope))
}

/** Named sets of scopes for the usual kinds of keys. */
export const scopePresets: Record<'messaging' | 'outreach' | 'read_only', readonly Scope[]> = {
  messaging: ['sessions:read', 'messages:read', 'messages:send', 'groups:read', 'labels:read'],
  outreach: [
    'sessions:read',
    'messages:send',
    'custom-groups:manage',
    'bulk-send:manage',
    'scheduled:manage',
    'reports:manage',
    'leads:read',
    'usage:read',
  ],
  read_only: allScopes.filter((scope) => scope.endsWith(':read')),
}
