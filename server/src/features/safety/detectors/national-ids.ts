import {
  isDay,
  isLuhn,
  isMod11Comma10,
  isRepeated,
  isVerhoeff,
  mod11Check,
  mod97,
  weightedSum,
  withoutSixty,
} from './checksums.ts'
import { contextOf, type Finding, isNamedHarmless, type ScannedText } from './detectors.schema.ts'
import { matchesOf } from './matches.ts'
import { type IdForm, namedIds, namedIdWords } from './named-ids.ts'

const digitAt = (id: string, index: number): number => Number(id[index])

const ssnWords =
  /\bssn\b|\bss ?#|\bss no\b|social security|social is|\bsocial:|\bsoc\.? sec|taxpayer|\bitin\b|\btax id\b|seguro social/
const dniLetters = 'TRWAGMYFPDXBNJZSQVHLCKE'

function isFiscalCode(id: string): boolean {
  const odd = '1,0,5,7,9,13,15,17,19,21,2,4,18,20,11,3,6,8,12,14,16,10,22,25,24,23'.split(',').map(Number)
  const value = (character: string): number =>
    /\d/.test(character) ? Number(character) : character.charCodeAt(0) - 65
  const sum = [...id.slice(0, 15)].reduce(
    (total, character, index) => total + (index % 2 === 0 ? (odd[value(character)] ?? 0) : value(character)),
    0,
  )
  return String.fromCharCode(65 + (sum % 26)) === id[15]
}

function isSteuerId(id: string): boolean {
  if (id.startsWith('0')) return false
  const counts = new Map<string, number>()
  for (const digit of id.slice(0, 10)) counts.set(digit, (counts.get(digit) ?? 0) + 1)
  const repeated = [...counts.values()].filter((count) => count > 1)
  return repeated.length === 1 && (repeated[0] ?? 0) <= 3 && isMod11Comma10(id)
}

function isNir(id: string): boolean {
  const body = id
    .slice(0, 13)
    .replace(/^(.{5})2A/, '$119')
    .replace(/^(.{5})2B/, '$118')
  return 97 - mod97(body) === Number(id.slice(13))
}

function isCpf(id: string): boolean {
  if (isRepeated(id)) return false
  const check = (length: number): number => {
    const weights = Array.from({ length }, (_, index) => length + 1 - index)
    return ((weightedSum(id, weights) * 10) % 11) % 10
  }
  return check(9) === digitAt(id, 9) && check(10) === digitAt(id, 10)
}

function isChineseId(id: string): boolean {
  if (!isDay(id.slice(10, 12), id.slice(12, 14))) return false
  const weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
  return '10X98765432'[weightedSum(id, weights) % 11] === id[17]
}

function isTurkishId(id: string): boolean {
  const odd = weightedSum(id, [1, 0, 1, 0, 1, 0, 1, 0, 1])
  const even = weightedSum(id, [0, 1, 0, 1, 0, 1, 0, 1])
  const first = (((odd * 7 - even) % 10) + 10) % 10
  return first === digitAt(id, 9) && (odd + even + first) % 10 === digitAt(id, 10)
}

function isCurp(id: string): boolean {
  const alphabet = '0123456789ABCDEFGHIJKLMNÑOPQRSTUVWXYZ'
  const sum = [...id.slice(0, 17)].reduce(
    (total, character, index) => total + alphabet.indexOf(character) * (18 - index),
    0,
  )
  return (10 - (sum % 10)) % 10 === Number(id[17])
}

/** Numbers of people, each with its own check. Where the check alone is weak, words nearby have to name it. */
const forms: readonly IdForm[] = [
  {
    country: 'US',
    pattern: /(?<![\d-])(?!000|666|9)\d{3}([- ]?)(?!00)\d{2}\1(?!0000)\d{4}(?![\d-])/g,
    isValid: (id) => !isRepeated(id),
    isSample: (id) => id === '123456789' || id === '078051120',
    words: ssnWords,
    bareForm: /^\d{3}-\d{2}-\d{4}$/,
  },
  {
    country: 'ES',
    pattern:
      /(?<![A-Za-z0-9])(?:\d{1,2}\.\d{3}\.\d{3}|\d{8}|[XYZxyz][- ]?\d{7})[- ]?[A-HJ-NP-TV-Za-hj-np-tv-z](?![A-Za-z0-9])/g,
    isValid: (id) => {
      const number = id.slice(0, -1).replace('X', '0').replace('Y', '1').replace('Z', '2')
      return dniLetters[Number(number) % 23] === id.at(-1)
    },
  },
  {
    country: 'IT',
    pattern:
      /(?<![A-Za-z0-9])[A-Za-z]{6}[0-9L-Vl-v]{2}[A-EHLMPR-Ta-ehlmpr-t][0-9L-Vl-v]{2}[A-Za-z][0-9L-Vl-v]{3}[A-Za-z](?![A-Za-z0-9])/g,
    isValid: isFiscalCode,
  },
  {
    country: 'DE',
    pattern: /(?<![\d.,-])\d{2}[ ]?\d{3}[ ]?\d{3}[ ]?\d{3}(?![\d]|[.,-]\d)/g,
    isValid: isSteuerId,
    words: /steuer|idnr|id-nr|identifikationsnummer|\btin\b|tax id|\bst\.?-?id/,
    bareForm: /^\d{2} \d{3} \d{3} \d{3}$/,
  },
  {
    country: 'NL',
    pattern: /(?<![\d.,-])\d{4}[. ]?\d{2}[. ]?\d{3}(?![\d]|[.,-]\d)/g,
    isValid: (id) => !isRepeated(id) && weightedSum(id, [9, 8, 7, 6, 5, 4, 3, 2, -1]) % 11 === 0,
    words: /\bbsn\b|burgerservice|sofi-?nummer/,
  },
  {
    country: 'FR',
    pattern:
      /(?<![\d.,-])[12][ ]?\d{2}[ ]?(?:0[1-9]|1[0-2]|[2-4]\d)[ ]?(?:\d{2}|2[ABab])[ ]?\d{3}[ ]?\d{3}[ ]?\d{2}(?![\d]|[.,-]\d)/g,
    isValid: isNir,
  },
  {
    country: 'BR',
    pattern: /(?<![\d.,-])\d{3}\.?\d{3}\.?\d{3}-?\d{2}(?![\d]|[.,-]\d)/g,
    isValid: isCpf,
    words: /\bcpf\b|cadastro de pessoa/,
    bareForm: /^\d{3}\.\d{3}\.\d{3}-\d{2}$/,
  },
  {
    country: 'IL',
    pattern: /(?<![\d.,-])\d{8}-?\d(?![\d]|[.,-]\d)/g,
    isValid: (id) => !isRepeated(id) && isLuhn(id),
    words: /תעודת זהות|ת\.?ז|מספר זהות|teudat|israeli id|zehut/,
  },
  {
    country: 'IN',
    pattern: /(?<![\d.,-]|\d )[2-9]\d{3}([ -]?)\d{4}\1\d{4}(?![\d]|[ .,-]\d)/g,
    isValid: (id) => !isRepeated(id) && isVerhoeff(id),
    words: /aadha+r|आधार|uidai|\buid\b/,
    bareForm: /^\d{4} \d{4} \d{4}$/,
  },
  {
    country: 'IN',
    pattern: /(?<![A-Za-z0-9])[A-Z]{3}[ABCFGHLJPT][A-Z]\d{4}[A-Z](?![A-Za-z0-9])/g,
    isValid: () => true,
    words: /\bpan\b|permanent account|income tax/,
  },
  {
    country: 'GB',
    pattern:
      /(?<![A-Za-z0-9])(?!BG|GB|KN|NK|NT|TN|ZZ|bg|gb|kn|nk|nt|tn|zz)[A-CEGHJ-PR-TW-Za-ceghj-pr-tw-z][A-CEGHJ-NPR-TW-Za-ceghj-npr-tw-z][ ]?\d{2}[ ]?\d{2}[ ]?\d{2}[ ]?[A-Da-d](?![A-Za-z0-9])/g,
    isValid: () => true,
    words: /national insurance|\bnino?\b|ni number/,
    bareForm: /^[A-Z]{2} \d{2} \d{2} \d{2} [A-D]$/,
  },
  {
    country: 'PL',
    pattern: /(?<![\d.,-])\d{11}(?![\d]|[.,-]\d)/g,
    isValid: (id) =>
      isDay(String(digitAt(id, 2) % 2) + id.slice(3, 4), id.slice(4, 6)) &&
      (10 - (weightedSum(id, [1, 3, 7, 9, 1, 3, 7, 9, 1, 3]) % 10)) % 10 === digitAt(id, 10),
    words: /pesel/,
  },
  {
    country: 'SE',
    pattern: /(?<![\d.,-])(?:19|20)?\d{6}[-+]?\d{4}(?![\d]|[.,-]\d)/g,
    isValid: (id) => {
      const short = id.slice(-10)
      return isDay(short.slice(2, 4), withoutSixty(short.slice(4, 6))) && isLuhn(short)
    },
    words: /personnummer|samordningsnummer|födelsenummer/,
    bareForm: /^(?:19|20)?\d{6}[-+]\d{4}$/,
  },
  {
    country: 'FI',
    pattern: /(?<![A-Za-z0-9-])\d{6}[-+ABCDEFYXWVU]\d{3}[0-9A-FHJ-NPR-Y](?![A-Za-z0-9])/g,
    isValid: (id) =>
      isDay(id.slice(2, 4), id.slice(0, 2)) &&
      '0123456789ABCDEFHJKLMNPRSTUVWXY'[Number(id.replaceAll(/\D/g, '').slice(0, 9)) % 31] === id.at(-1),
  },
  {
    country: 'BE',
    pattern: /(?<![\d.,-])\d{2}\.?\d{2}\.?\d{2}-?\d{3}\.?\d{2}(?![\d]|[.,-]\d)/g,
    isValid: (id) => {
      const check = Number(id.slice(9))
      return 97 - mod97(id.slice(0, 9)) === check || 97 - mod97(`2${id.slice(0, 9)}`) === check
    },
    words: /rijksregister|registre national|national number|insz|niss/,
    bareForm: /^\d{2}\.\d{2}\.\d{2}-\d{3}\.\d{2}$/,
  },
  {
    country: 'CH',
    pattern: /(?<![\d])756[. ]?\d{4}[. ]?\d{4}[. ]?\d{2}(?![\d])/g,
    isValid: (id) =>
      (10 - (weightedSum(id, [1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3]) % 10)) % 10 === digitAt(id, 12),
    words: /ahv|avs|sozialversicherung|assurance/,
    bareForm: /^756\.\d{4}\.\d{4}\.\d{2}$/,
  },
  {
    country: 'CA',
    pattern: /(?<![\d.,-])[1-79]\d{2}([- ]?)\d{3}\1\d{3}(?![\d]|[.,-]\d)/g,
    isValid: (id) => isLuhn(id),
    words: /social insurance|\bsin\b|\bnas\b|assurance sociale/,
  },
  {
    country: 'CN',
    pattern: /(?<![A-Za-z0-9])[1-8]\d{5}(?:19|20)\d{9}[\dXx](?![A-Za-z0-9])/g,
    isValid: isChineseId,
  },
  {
    country: 'KR',
    pattern: /(?<![\d-])\d{6}-[1-8]\d{6}(?![\d-])/g,
    isValid: (id) => isDay(id.slice(2, 4), id.slice(4, 6)),
  },
  {
    country: 'MX',
    pattern: /(?<![A-Za-z0-9])[A-Z][AEIOUX][A-Z]{2}\d{6}[HMX][A-Z]{5}[A-Z0-9]\d(?![A-Za-z0-9])/g,
    isValid: isCurp,
  },
  {
    country: 'AR',
    pattern: /(?<![\d-])(?:20|23|24|25|26|27)-?\d{8}-?\d(?![\d-])/g,
    isValid: (id) => mod11Check(id, [5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) === digitAt(id, 10),
    words: /cui[lt]\b/,
    bareForm: /^\d{2}-\d{8}-\d$/,
  },
  {
    country: 'CL',
    pattern: /(?<![\d.,-])\d{1,2}\.?\d{3}\.?\d{3}-[\dKk](?![A-Za-z0-9])/g,
    isValid: (id) => {
      const weights = [2, 3, 4, 5, 6, 7, 2, 3]
      const check = mod11Check([...id.slice(0, -1)].reverse().join(''), weights)
      return (check === 10 ? 'K' : String(check)) === id.at(-1)
    },
    words: /\brut\b|\brun\b/,
    bareForm: /^\d{1,2}\.\d{3}\.\d{3}-[\dKk]$/,
  },
  {
    country: 'TR',
    pattern: /(?<![\d.,-])[1-9]\d{10}(?![\d]|[.,-]\d)/g,
    isValid: isTurkishId,
    words: /kimlik|\btc\b|t\.c\.|tckn/,
  },
  {
    country: 'ZA',
    pattern: /(?<![\d.,-])\d{13}(?![\d]|[.,-]\d)/g,
    isValid: (id) => isDay(id.slice(2, 4), id.slice(4, 6)) && isLuhn(id),
    words: /south african id|\bsa id\b|\bid (?:number|no)/,
  },
  {
    country: 'PT',
    pattern: /(?<![\d.,-])[1-3]\d{2} ?\d{3} ?\d{3}(?![\d]|[.,-]\d)/g,
    isValid: (id) => {
      const check = mod11Check(id, [9, 8, 7, 6, 5, 4, 3, 2])
      return (check > 9 ? 0 : check) === digitAt(id, 8)
    },
    words: /\bnif\b|contribuinte/,
  },
]

/** Personal numbers of the countries most users are in. */
export function findNationalIds({ text, digits }: ScannedText, into: Finding[]): void {
  if (digits < 4) return
  findForms(text, forms, into)
  // These all need a word, which most texts do not have.
  if (digits >= 5 && namedIdWords.test(text)) findForms(text, namedIds, into)
}

function findForms(text: string, wanted: readonly IdForm[], into: Finding[]): void {
  for (const { pattern, isValid, isSample, words, bareForm } of wanted) {
    for (const match of matchesOf(pattern, text)) {
      const [written] = match
      const id = written.replaceAll(/[ .\-+/()]/g, '').toUpperCase()
      if (!isValid(id)) continue
      const end = match.index + written.length
      const context = contextOf(text, match.index, end)
      const isNamed = words?.test(context) ?? false
      if (words !== undefined && !isNamed && !(bareForm?.test(written) ?? false)) continue
      if (!isNamed && (isNamedHarmless(context) || isSample?.(id) === true)) continue
      into.push({ kind: 'ssn', start: match.index, end })
    }
  }
}
