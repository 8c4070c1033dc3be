import { firstCharacters } from '../../../platform/characters.ts'
import { AppError, validationFailed } from '../../../platform/errors.ts'
import type { CardContact } from './sending.schema.ts'

/** A card with the name shown for it. */
export interface Card {
  name: string
  vcard: string
}

const mostCards = 10

// RFC 2426, section 4: backslash, comma, semicolon and line breaks are escaped in a value.
const escapeValue = (text: string): string =>
  text.replaceAll(/[\\,;]/g, (character) => `\\${character}`).replaceAll(/\r\n|\r|\n/g, '\\n')

/** The vCard 3.0 of a person; `waid` makes WhatsApp offer a chat. */
export function writeVcard({ name, phone, organization, email }: CardContact): Card {
  const lines = [
    'BEGIN:VCARD',
    'VERSION:3.0',
    `N:;${escapeValue(name)};;;`,
    `FN:${escapeValue(name)}`,
    ...(organization === undefined ? [] : [`ORG:${escapeValue(organization)};`]),
    `TEL;type=CELL;type=VOICE;waid=${phone}:+${phone}`,
    ...(email === undefined ? [] : [`EMAIL;type=INTERNET:${escapeValue(email)}`]),
    'END:VCARD',
  ]
  return { name, vcard: lines.join('\n') }
}

function refuse(message: string): never {
  throw new AppError(validationFailed, {
    message: `vcard: ${message}`,
    details: { errors: [{ field: 'vcard', message }] },
  })
}

// Ends at the next beginning too: a text of beginnings alone would be read again from each.
const cardText = /BEGIN:VCARD(?:(?!BEGIN:VCARD)[\s\S])*?END:VCARD/gi

/** The cards of a text as it was given; 422 when it is no vCard. */
export function readVcards(text: string): Card[] {
  const cards = text.match(cardText) ?? []
  const rest = text.replaceAll(cardText, '').trim()
  if (cards.length === 0 || rest !== '') refuse('must be BEGIN:VCARD ... END:VCARD')
  if (cards.length > mostCards) refuse(`at most ${mostCards} cards`)
  return cards.map((vcard) => {
    if (!/^VERSION:3\.0\s*$/im.test(vcard)) refuse('VERSION:3.0 is missing')
    // A long line goes on after a line break and a blank.
    const name = /^FN[^:\n]*:(.*(?:\r?\n[ \t].*)*)/im
      .exec(vcard)?.[1]
      ?.replaceAll(/\r?\n[ \t]/g, '')
      .trim()
    if (name === undefined || name === '') refuse('FN (the name) is missing')
    return { name: firstCharacters((name ?? '').replaceAll(/\\([\\,;])/g, '$1'), 255), vcard: vcard.trim() }
  })
}
