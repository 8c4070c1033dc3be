import parsePhoneNumber, {
  type CountryCode,
  getCountryCallingCode,
  isValidPhoneNumber,
} from 'libphonenumber-js/mobile'
import { parsePhone } from '../../../engine/ids.ts'
import { plainCharacters } from '../../../platform/phone-text.ts'

/** A number (digits), or why the cell has none. */
export type CellPhone = { phone: string } | { reason: string }

const missing = 'has no number'
const noNumber = 'is no phone number of 7 to 15 digits'
const severalNumbers = 'has more than one number'
const withExtension = 'has an extension'
const shortened = 'was shortened by a spreadsheet: format the column as text'
const noCountry = 'has no country code: write it as +49 151..., or give default_country'

const international = /^\+?[1-9]\d{10,14}$/
const powerOfTen = /^\+?\d+(?:[.,]\d+)?e\+?\d+$/i
const decimal = /^(\+?\d{7,})[.,]0{1,2}$/
const betweenNumbers = /:::|[;,|&\r\n]|\s\/\s|\s(?:or|and|und|oder|et|ou|y|o|e)\s/i
const extension = /(?:\b(?:ext|extension|ramal|anexo|int|poste)\b\.?:?|x|#|доб\.?)\s*\d{1,6}$/iu

/** A cell as it was meant: without the signs that keep spreadsheets from counting with it. */
export function readCell(cell: string): string {
  const text = cell.trim()
  const quoted = /^="([^"]*)"$/.exec(text)?.[1] ?? text
  return /^'(?=[=+\-@\d\s])/.test(quoted) ? quoted.slice(1) : quoted
}

function hasSeveral(text: string): boolean {
  const parts = text.split(betweenNumbers).filter((part) => (part.match(/\d/g)?.length ?? 0) >= 6)
  return parts.length > 1 || (text.match(/\+/g)?.length ?? 0) > 1
}

/** A number without `+` (this metadata calls numbers of mobile phones valid): with its country code where that is certain, else one of the country. */
function readNational(text: string, country: CountryCode | undefined): CellPhone {
  const digits = parsePhone(text)
  if (country === undefined) {
    if (digits === undefined)
      return { reason: parsePhone(text.replace(/^[(\s]*0+/, '')) === undefined ? noNumber : noCountry }
    // With so few digits most are numbers as people dial them at home.
    const isWhole = digits.length > 10 || isValidPhoneNumber(`+${digits}`)
    return isWhole ? { phone: digits } : { reason: noCountry }
  }
  // The one reader of numbers says what is none; zeros in front are dialled at home.
  if (parsePhone(text.replace(/^([(\s]*)0+/, '$1')) === undefined) return { reason: noNumber }
  const read = parsePhoneNumber(text, country)
  const code = getCountryCallingCode(country)
  // Germany's numbers may be so long that one with the country code is a possible one without.
  if (digits?.startsWith(code) && isValidPhoneNumber(`+${digits}`) && read?.isValid() !== true)
    return { phone: digits }
  const phone = read?.isPossible() === true ? parsePhone(read.number) : undefined
  return phone === undefined ? { reason: `is no possible number in ${country}` } : { phone }
}

/**
 * The number in a cell of a file. Numbers with a country code are taken as they are, whatever a library holds of them;
 * `country` is that of numbers without one. What could be another person's number is refused.
 */
export function readCellPhone(cell: string, country?: CountryCode): CellPhone {
  if (international.test(cell) && (country === undefined || cell.startsWith('+')))
    return { phone: cell.replace('+', '') }
  const text = plainCharacters(readCell(plainCharacters(cell))).trim()
  if (text === '') return { reason: missing }
  if (powerOfTen.test(text)) return { reason: shortened }
  if (hasSeveral(text)) return { reason: severalNumbers }
  const whole = decimal.exec(text)?.[1] ?? text
  if (extension.test(whole) || /;ext=/i.test(whole)) return { reason: withExtension }
  const abroad = whole.replace(/^[(\s]*00(?=[\s).-]*[1-9])/, '+').replace(/^\+[\s).-]+/, '+')
  if (/^[(\s]*\+|^tel:|@c\.us$/i.test(abroad)) {
    const phone = parsePhone(abroad)
    return phone === undefined ? { reason: noNumber } : { phone }
  }
  return readNational(whole, country)
}

/** Whether a cell holds a number rather than the header of a column of numbers. */
export function looksLikeNumber(cell: string): boolean {
  const text = plainCharacters(readCell(cell)).replace(/^tel:|@c\.us$|e\+\d+$/i, '')
  return !/\p{L}/u.test(text) && (text.match(/\d/g)?.length ?? 0) >= 6
}
