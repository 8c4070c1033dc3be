/** Longer is no phone, however it is written. */
const maxLength = 200

/** What address books, editors and chats put into numbers without anybody seeing it: direction marks, joiners, fillers. */
const invisible = /[\p{Default_Ignorable_Code_Point}\p{Cf}]/gu
/** Spaces, dashes, parentheses, slashes and dots of every script. */
const separators = /[\s\p{Pd}()[\]/~.\u2212\u2043\u02d7\u207b\u30fc\uff70]/gu
const dots = /[\u00b7\u2022\u2024\u2027\u2219]/g
const pluses = /[\u207a\ufb29\ufe62]/g
/** A number as spreadsheets write it: a whole one with decimals. Groups of two digits after dots are French, not decimals. */
const decimals = /\.\d\D*$|^\D*\d{7,}\.0+\D*$|^[^.]{7,}\.00\D*$/
/** A trunk prefix that is dialled at home only, except in Italy: with or without it somebody else is called. */
const optionalZero = /\d\D*[([]\s*0\s*[)\]]/
/** The end of a second number, as in `123456/57`. */
const secondNumber = /\/\s*\d{1,2}\D*$/
const ambiguous = [decimals, optionalZero, secondNumber]

/** The digits of a phone number as people write and copy it; undefined when it is none, or could be two. */
export function readPhoneText(text: string): string | undefined {
  if (text.length > maxLength) return undefined
  const visible = plainCharacters(text).trim()
  const written = /^tel:/i.test(visible) ? numberOfUri(visible) : visible.replace(/@c\.us$/, '')
  if (written === undefined || ambiguous.some((pattern) => pattern.test(written))) return undefined
  const bare = written.replace(separators, '').replace(/^\+/, '')
  return /^[1-9]\d{6,14}$/.test(bare) ? bare : undefined
}

/** The digits of a number or a part of one that somebody looks for; other characters stay, so that words are no numbers. */
export function readPhonePart(text: string): string {
  const whole = readPhoneText(text)
  if (whole !== undefined) return whole
  const visible = plainCharacters(text).trim().replace(/^tel:/i, '')
  return visible
    .replace(/@c\.us$/, '')
    .replace(separators, '')
    .replace(/^\+/, '')
}

/** The text without what nobody sees, its digits, dots and pluses those of ASCII. */
export function plainCharacters(text: string): string {
  return text
    .replace(invisible, '')
    .replace(/[\uff01-\uff5e]/g, (wide) => String.fromCharCode(wide.charCodeAt(0) - 0xfee0))
    .replace(/(?![0-9])\p{Nd}/gu, digitOf)
    .replace(dots, '.')
    .replace(pluses, '+')
}

/** Decimal digits of a script stand in a row from zero. */
function digitOf(digit: string): string {
  let offset = 0
  for (let code = (digit.codePointAt(0) ?? 0) - 1; /\p{Nd}/u.test(String.fromCodePoint(code)); code -= 1)
    offset += 1
  return String(offset % 10)
}

/** The number of a `tel:` URI (RFC 3966); undefined for one that is an extension or only good in some place. */
function numberOfUri(uri: string): string | undefined {
  const [number = '', ...parameters] = uri.slice(4).split(';')
  const isPartial = parameters.some((parameter) => /^(?:ext|isub|phone-context)\b/i.test(parameter))
  if (isPartial || (parameters.length > 0 && !/^(?:\+|%2b)/i.test(number))) return undefined
  try {
    return decodeURIComponent(number.replace(/^\/\//, ''))
  } catch {
    // A `%` that encodes nothing is in no number.
    return undefined
  }
}
