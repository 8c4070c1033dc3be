/** What a contact card tells that one can act on. */
export interface CardFacts {
  phones: string[]
  emails: string[]
  organisation: string | undefined
}

/** Reads the lines of a vCard that are shown; what it does not know it leaves out. */
export function readCard(vcard: string): CardFacts {
  const facts: CardFacts = { phones: [], emails: [], organisation: undefined }
  // Long lines go on in the next, after a space.
  for (const line of vcard.replace(/\r?\n[ \t]/g, '').split(/\r?\n/)) {
    const colon = line.indexOf(':')
    if (colon < 0) continue
    const [name = ''] = line.slice(0, colon).split(';')
    const field = name.slice(name.indexOf('.') + 1).toUpperCase()
    const value = line.slice(colon + 1).trim()
    if (value === '') continue
    const waid = /waid=(\d+)/i.exec(line.slice(0, colon))?.[1]
    if (field === 'TEL') facts.phones.push(waid === undefined ? value.replace(/^tel:/i, '') : `+${waid}`)
    if (field === 'EMAIL') facts.emails.push(value)
    if (field === 'ORG') facts.organisation = value.split(';').filter(Boolean).join(', ')
  }
  return facts
}
