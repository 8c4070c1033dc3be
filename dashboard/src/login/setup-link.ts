// The token stands behind `#`, so it never reached a server; it leaves the address bar and the history at once. The tab
// remembers it until it is used, or loading the page again would lose it.
const names = { token: 'moltflow-setup-token', recover: 'moltflow-recovery-token' } as const
const invitationName = 'moltflow-invitation-token'

/** What a link of the terminal is for. */
export interface SetupLink {
  token: string | undefined
  recover: string | undefined
}

/** Takes the tokens out of the address. */
export function takeSetupLink(): SetupLink {
  const fragment = new URLSearchParams(location.hash.slice(1))
  const take = (name: keyof typeof names) => {
    const given = fragment.get(name)
    if (given !== null) sessionStorage.setItem(names[name], given)
    return sessionStorage.getItem(names[name]) ?? undefined
  }
  const link = { token: take('token'), recover: take('recover') }
  if (location.hash !== '') history.replaceState(history.state, '', location.pathname)
  return link
}

/** Takes the token of an invitation out of the address. */
export function takeInvitation(): string | undefined {
  const given = new URLSearchParams(location.hash.slice(1)).get('token')
  if (given !== null) sessionStorage.setItem(invitationName, given)
  if (location.hash !== '') history.replaceState(history.state, '', location.pathname)
  return sessionStorage.getItem(invitationName) ?? undefined
}

/** The link has done its work. */
export function forgetSetupLink(): void {
  for (const name of [...Object.values(names), invitationName]) sessionStorage.removeItem(name)
}
