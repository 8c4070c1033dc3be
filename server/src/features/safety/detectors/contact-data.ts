import { findPhoneNumbersInText, parsePhoneNumberFromString } from 'libphonenumber-js'
import {
  contextOf,
  type Finding,
  isNamedHarmless,
  isSpace,
  type ScannedText,
  type TextRange,
} from './detectors.schema.ts'
import { matchesOf } from './matches.ts'

const localPart = /[\p{L}\p{N}._%+'-]{1,64}$/u
const domainPart = /^[\p{L}\p{N}](?:[\p{L}\p{N}-]{0,62}\.){1,5}[A-Za-z]{2,24}(?![A-Za-z0-9-])/u
const spelledAddress =
  /(?<![\w.])[\w.+-]{2,64}\s?[[({]\s?(?:at|@|arroba|ät)\s?[\])}]\s?[\w-]{2,63}\s?(?:\.|[[({]\s?(?:dot|punkt|punto|\.)\s?[\])}])\s?[A-Za-z]{2,10}(?!\w)/gi

/** Spelled without brackets: only with a known ending. */
const spokenAddress =
  /(?<![\w.])[\w.+-]{2,64} (?:at|arroba|chiocciola) [\w-]{2,63} (?:dot|punto|ponto|punkt|point) (?:com|net|org|de|es|fr|it|br|mx|uk|io|edu|info)(?!\w)/gi

/** E-mail addresses; each is looked for around its @, so that no text makes it slow. */
export function findEmails({ text, hasAt }: ScannedText, into: Finding[]): void {
  if (hasAt) {
    for (let at = text.indexOf('@'); at >= 0; at = text.indexOf('@', at + 1)) {
      const local = localPart.exec(text.slice(Math.max(0, at - 64), at))?.[0]
      const domain = domainPart.exec(text.slice(at + 1, at + 330))?.[0]
      if (local === undefined || domain === undefined) continue
      // A name and password inside an address: the detector of passwords has it.
      if (/:\/\/[^\s/]*$/.test(text.slice(Math.max(0, at - 128), at))) continue
      into.push({ kind: 'emails', start: at - local.length, end: at + 1 + domain.length })
    }
  }
  if (/ (?:at|arroba|chiocciola) /i.test(text)) {
    for (const match of matchesOf(spokenAddress, text)) {
      into.push({ kind: 'emails', start: match.index, end: match.index + match[0].length })
    }
  }
  if (/[[({]\s?(?:at|@|arroba|ät)\s?[\])}]/i.test(text)) {
    for (const match of matchesOf(spelledAddress, text)) {
      into.push({ kind: 'emails', start: match.index, end: match.index + match[0].length })
    }
  }
}

/** Endings of names that make a word with a dot in it an address. Those that are also file endings are not among them. */
const plainEndings =
  'com|net|org|info|biz|edu|gov|mil|int|io|co|app|dev|ai|gg|tv|fm|xyz|online|store|shop|site|website|club|live|pro|tech|cloud|digital|agency|link|click|top|vip|win|bet|casino|loan|work|world|space|fun|icu|email|page|blog|news|media|social|group|studio|design|academy|solutions|services|company|business|finance|money|capital|bank|health|care|travel|cafe|restaurant|house|land|today|network|systems|software|ltd|inc|llc|gmbh|berlin|london|nyc|gle|eu|asia|uk|de|fr|es|nl|ch|pt|br|mx|ar|cl|pe|ru|ua|cz|sk|hu|ro|bg|gr|tr|il|ae|sa|eg|ma|ng|ke|za|jp|cn|kr|tw|hk|sg|th|vn|ph|id|au|nz|ca|us|se|dk|fi|ie|lt|lv|ee|hr|si|cc|ly|me'
/** Endings that are also words: only with a path, a number or more dots is it an address. */
const wordEndings = 'it|is|at|in|no|so|to|be|am|as|my|us|do|pl|py|rs|md|sh|ps|st|la|pm|gd|ws|one|zip|mov|next'

const withScheme = /(?<![A-Za-z0-9])(?:https?|s?ftps?|hxxps?|wss?|ssh|git|file):\/\/[^\s<>"'`]{2,2048}/gi
const withPrefix =
  /(?<![A-Za-z0-9@.])www\.[A-Za-z0-9\p{L}-]{1,63}(?:\.[A-Za-z0-9\p{L}-]{1,63}){1,5}(?:[/?#:][^\s<>"'`]{0,2048})?/giu
const label = '[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?'
const bare = new RegExp(
  `(?<![\\p{L}\\p{N}@._\\-/])(?:${label}\\.){1,4}(?:${plainEndings})(?![A-Za-z0-9@-]|\\.[A-Za-z0-9])(?:[/?#:][^\\s<>"'\`]{0,2048})?`,
  'giu',
)
const bareWithPath = new RegExp(
  `(?<![\\p{L}\\p{N}@._\\-/])(?:${label}\\.){1,4}(?:${plainEndings}|${wordEndings})(?![A-Za-z0-9@-])/[^\\s<>"'\`]{1,2048}`,
  'giu',
)
const visited = new RegExp(
  `(?:\\b(?:visit|site|website|web|online at|shop at|link|url|auf|visita|visitez|sito|besuche|webseite)\\b:? {0,2})((?:${label}\\.){1,4}(?:${wordEndings}))(?![A-Za-z0-9@-]|\\.[A-Za-z0-9])`,
  'gi',
)
/** A host with a name before the domain is an address whatever its ending. */
const deepHost = new RegExp(
  `(?<![\\p{L}\\p{N}@._\\-/])(?:${label}\\.){1,3}[A-Za-z0-9][A-Za-z0-9-]{1,61}[A-Za-z0-9]\\.(?:it|at|in|be|us|my|pl|is|to|no)(?![A-Za-z0-9@-]|\\.[A-Za-z0-9])`,
  'gu',
)
/** A slash and one or two digits say how large a network is. */
const dottedAddress = /(?<![\d.@])(?:\d{1,3}\.){3}\d{1,3}(?::\d{2,5}|\/(?!\d{1,2}(?![\w/]))[^\s]{1,2048})/g
const localAddress = /(?<![\w.@])localhost:\d{2,5}(?:\/[^\s<>"'`]{0,2048})?/gi
/** Written so that nobody clicks on it, and still to be read. */
const brokenAddress =
  /(?<![\w.@])[\w-]{2,63}(?:\s?(?:\[(?:\.|dot)\]|\((?:\.|dot)\))\s?[\w-]{2,63}){1,4}(?:[/:][^\s<>"'`]{0,2048})?/gi
/** Domains in other scripts than Latin. */
const worldAddress =
  /(?<![\p{L}\p{N}.@_-])[\p{L}\p{N}][\p{L}\p{N}-]{1,62}\.(?:рф|укр|бел|срб|қаз|мкд|бг|中国|中國|公司|网络|香港|台湾|台灣|한국|ไทย|ישראל|امارات|السعودية|مصر|ایران|भारत|ελ|გე|հայ)(?![\p{L}\p{N}])(?:\/[^\s<>"'`]{0,2048})?/giu
/** Country endings that nothing but a path makes an address. */
const countryWithPath = new RegExp(
  `(?<![\\p{L}\\p{N}@._\\-/])(?:${label}\\.){1,3}(?:a[cdefgiloqrtuwxz]|b[abdefghijmnorstvwyz]|c[cdfghiklmnoruvwxyz]|d[jkz]|e[cegrt]|f[ijkmo]|g[aefghilmnpqrstuwy]|h[kmnrtu]|i[loqr]|j[emo]|k[eghimnprwyz]|l[abcikrtuv]|m[acdghklmnopqrtuvwxz]|n[acefgilpruz]|om|p[aefghklnrtw]|qa|r[eouw]|s[abcdegijklmnorsuvxyz]|t[cdfghjklmnortvwz]|u[agyz]|v[aceginu]|w[fs]|y[et]|z[amw])/[A-Za-z0-9][^\\s<>"'\`]{1,2048}`,
  'giu',
)

/** A capital after the dot begins a sentence: "Thanks.Me too", "the end.Io". */
function isSentenceEnd(written: string): boolean {
  if (/^[\d.]+\.[a-z]+$/i.test(written)) return true
  return /^[\p{L}]{2,}\.\p{Lu}\p{Ll}*$/u.test(written)
}

/** Programs and abbreviations that are written with a dot. */
const dottedWords =
  /^(?:node|next|nuxt|vue|react|three|d3|express|deno|asp|ado|vb|socket|p5|chart|moment|discord|alpine|ember|backbone|(?:main|index|app|server|test|script|style|readme|config|package)(?:\.[a-z]+)?)\.(?:io|net|co|ai|app|dev|pro|org)$/i

/** One way to write a web address, and what has to be in a text for it to be worth a look. */
interface AddressForm {
  pattern: RegExp
  hint?: RegExp
  isWanted?: (written: string) => boolean
}

/** Those that begin with something special. */
const addressForms: readonly AddressForm[] = [
  { pattern: withScheme, hint: /:\/\// },
  { pattern: localAddress, hint: /localhost:/i },
  { pattern: brokenAddress, hint: /[[(](?:\.|dot)[\])]/i },
  { pattern: worldAddress, hint: /\.[\u0370-\uffff]/ },
  { pattern: withPrefix, hint: /www\./i },
]
/** The others: looked for in words with a dot between letters or digits. */
const plainForms: readonly AddressForm[] = [
  { pattern: bare, isWanted: (written) => !isSentenceEnd(written) && !dottedWords.test(written) },
  { pattern: bareWithPath, hint: /\// },
  { pattern: countryWithPath, hint: /\// },
  { pattern: deepHost },
  { pattern: dottedAddress, hint: /\d[:/]/ },
]

const innerDot = /[A-Za-z0-9]\.(?=[A-Za-z0-9])/g

/** The words of a text with a dot between letters or digits. */
function dottedRanges(text: string): TextRange[] {
  const ranges: TextRange[] = []
  let end = 0
  for (const { index } of matchesOf(innerDot, text)) {
    if (index < end) continue
    let start = index
    while (start > 0 && !isSpace(text.charCodeAt(start - 1))) start -= 1
    end = index + 2
    while (end < text.length && !isSpace(text.charCodeAt(end))) end += 1
    ranges.push({ start, end })
  }
  return ranges
}

function collectUrls(
  { pattern, hint, isWanted }: AddressForm,
  text: string,
  into: Finding[],
  offset = 0,
): void {
  if (hint !== undefined && !hint.test(text)) return
  for (const match of matchesOf(pattern, text)) {
    if (isWanted !== undefined && !isWanted(match[0])) continue
    const written = match[1] ?? match[0]
    const start = offset + match.index + match[0].length - written.length
    const trimmed = written.replace(/(?<![.,;:!?)\]}'"»”])[.,;:!?)\]}'"»”]+$/, '')
    into.push({ kind: 'urls', start, end: start + trimmed.length })
  }
}

/** Web addresses, with or without a scheme. */
export function findUrls({ text, hasDot }: ScannedText, into: Finding[]): void {
  if (!hasDot && !text.includes(':') && !/[[(]dot[\])]/i.test(text)) return
  for (const form of addressForms) collectUrls(form, text, into)
  const ranges = hasDot ? dottedRanges(text) : []
  for (const { start, end } of ranges) {
    const word = text.slice(start, end)
    for (const form of plainForms) collectUrls(form, word, into, start)
  }
  if (ranges.length > 0) collectUrls({ pattern: visited }, text, into)
}

const international = /(?<![\w+]|\d )(?:\+|\b00)[ ]?[1-9](?:[ ().\-/\u00a0]{0,2}\d){6,14}(?!\d)/g
const national =
  /(?<![\d.,/+#-]|\d )(?:\(\d{2,5}\)[ .-]?\d{2,5}(?:[ .-]\d{2,4}){1,3}|\d{3}([-.])\d{3}\1\d{4}|0\d{1,4}[ /.-]\d{2,4}(?:[ .-]?\d{2,4}){1,4}|\d{1,4}(?:[ .-]\d{2,5}){2,4}|\d{5}[ -]\d{5,6}|\d{3,4}[ .-]\d{6,8}|\d{8,13})(?![\d]|[-.,/]\d)/g
const phoneWords =
  /\b(?:call|calls|dial|phone|mobile|cell|tel|telephone|whats ?app|wa|text me|reach me|ring|sms|telegram|viber|signal|fax|ph|mob|hp|wapp|watsap|my number|my no|phone number|contact)\b|☎|📞|📱|tel[eéè]fon|tel\.|telefono|tel[eé]fono|cel(?:ular|\.|\b)|m[oó]vil|ll[aá]m|marque|ligue|liga|telem[oó]vel|fone|zap|appelez|t[eé]l\b|portable|joindre|ruf|anruf|handy|\bnummer|telefonnummer|rufnummer|erreichbar|bel |bellen|mobiel|chiam|cellulare|zadzwo|telefon|komórk|позвон|звон|тел\b|тел\.|мой номер|номер тел|телефон|电话|手机|電話|携帯|전화|연락처|휴대폰|핸드폰|هاتف|رقمي|الجوال|اتصل|جوال|טלפון|טל['׳:. ]|נייד|להתקשר|फोन|telepon|โทร|điện thoại|\bsđt\b|gọi|hubungi|ara\b|arayın/i

/** Forms that are written for phones and nothing else. */
const phoneForm = /^\(\d{2,5}\)|^0\d{2,4}[ -]\d{3,4}[ -]\d{3,4}$|^\d{3}([-.])\d{3}\1\d{4}$/

/** What else is written in groups of digits: dates, sums and addresses of machines. */
function isOtherNumber(written: string): boolean {
  return (
    /^\d{4}[-./ ](?:0?[1-9]|1[0-2])[-./ ](?:0?[1-9]|[12]\d|3[01])$/.test(written) ||
    /^(?:0?[1-9]|[12]\d|3[01])[-./ ](?:0?[1-9]|1[0-2])[-./ ](?:\d{2}|\d{4})$/.test(written) ||
    /^\d{1,3}(?:\.\d{1,3}){3}$/.test(written) ||
    (/^\d{1,3}(?:[ .]\d{3}){1,2}$/.test(written) && written.length <= 10)
  )
}

/** Phone numbers: international ones that exist, national ones by their form or by what is said around them. */
export function findPhones({ text, digits }: ScannedText, into: Finding[]): void {
  if (digits < 7) return
  let looked = 0
  for (const match of matchesOf(international, text)) {
    // Each look costs some microseconds; a text with so many numbers is refused for the first ones.
    looked += 1
    if (looked > 40) break
    const written = match[0].replace(/^00/, '+')
    const isKnown =
      parsePhoneNumberFromString(written)?.isPossible() ?? findPhoneNumbersInText(written).length > 0
    if (isKnown) into.push({ kind: 'phone_numbers', start: match.index, end: match.index + match[0].length })
  }
  for (const match of matchesOf(national, text)) {
    const [written] = match
    const count = written.replaceAll(/\D/g, '').length
    if (count < 7 || count > 15 || isOtherNumber(written)) continue
    const end = match.index + written.length
    const context = contextOf(text, match.index, end, 40, 16)
    if (isNamedHarmless(context) && !/phone|tel|call|whats/.test(context)) continue
    if (!phoneForm.test(written) && !phoneWords.test(context)) continue
    into.push({ kind: 'phone_numbers', start: match.index, end })
  }
}
