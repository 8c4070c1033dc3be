import { isDay, isRepeated, mod11Check, weightedSum, withoutSixty } from './checksums.ts'

/** One kind of personal number: how it is written and what makes it valid. */
export interface IdForm {
  country: string
  pattern: RegExp
  /** Gets the number without separators, in upper case. */
  isValid(id: string): boolean
  /** Of a number that everybody knows from examples: it counts only when it is named. */
  isSample?(id: string): boolean
  /** Words near it without which the digits could be anything. */
  words?: RegExp
  /** Written so, it needs no words. */
  bareForm?: RegExp
}

/** A form that only its name tells apart from other digits. */
type NamedIdForm = IdForm & { words: RegExp }

const isNorwegian = (id: string): boolean =>
  mod11Check(id, [3, 7, 6, 1, 8, 9, 4, 5, 2]) === Number(id[9]) &&
  mod11Check(id, [5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) === Number(id[10])

const isRussianTaxId = (id: string): boolean =>
  (weightedSum(id, [7, 2, 4, 10, 3, 5, 9, 4, 6, 8]) % 11) % 10 === Number(id[10]) &&
  (weightedSum(id, [3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8]) % 11) % 10 === Number(id[11])

function isSnils(id: string): boolean {
  const rest = weightedSum(id, [9, 8, 7, 6, 5, 4, 3, 2, 1]) % 101
  return (rest === 100 ? 0 : rest) === Number(id.slice(9))
}

function isSingaporean(id: string): boolean {
  const letters = 'ST'.includes(id.charAt(0)) ? 'JZIHGFEDCBA' : 'XWUTRQPNMLK'
  const shift = 'TG'.includes(id.charAt(0)) ? 4 : 0
  return letters[(weightedSum(id.slice(1, 8), [2, 7, 6, 5, 4, 3, 2]) + shift) % 11] === id[8]
}

function isHongKong(id: string): boolean {
  const last = id.endsWith('A') ? 10 : Number(id.at(-1))
  const letters = id.slice(0, -7).padStart(2, ' ')
  const value = (letter: string): number => (letter === ' ' ? 36 : letter.charCodeAt(0) - 55)
  const sum = value(letters.charAt(0)) * 9 + value(letters.charAt(1)) * 8
  return (sum + weightedSum(id.slice(-7, -1), [7, 6, 5, 4, 3, 2]) + last) % 11 === 0
}

function isTaiwanese(id: string): boolean {
  const code = 'ABCDEFGHJKLMNPQRSTUVXYWZIO'.indexOf(id.charAt(0)) + 10
  const sum = Math.floor(code / 10) + (code % 10) * 9
  return (sum + weightedSum(id.slice(1), [8, 7, 6, 5, 4, 3, 2, 1, 1])) % 10 === 0
}

function isIndonesian(id: string): boolean {
  const day = Number(id.slice(6, 8))
  return isDay(id.slice(8, 10), String(day > 40 ? day - 40 : day))
}

/** Until 1985 a remainder of 10 was written as the digit 0. */
const isCzech = (id: string): boolean =>
  id.length === 9 || Number(id) % 11 === 0 || (Number(id.slice(0, 9)) % 11 === 10 && id.endsWith('0'))

const isAny = (id: string): boolean => !isRepeated(id)

/** Numbers of people that need their name nearby, with the checks that they have. */
export const namedIds: readonly NamedIdForm[] = [
  {
    country: 'NO',
    pattern: /(?<![\d.,-])\d{6} ?\d{5}(?![\d]|[.,-]\d)/g,
    isValid: isNorwegian,
    words: /f[øo]dselsn|personn(?:umme)?r/,
  },
  {
    country: 'DK',
    pattern: /(?<![\d.,-])\d{6}[- ]?\d{4}(?![\d]|[.,-]\d)/g,
    isValid: (id) => isDay(id.slice(2, 4), withoutSixty(id.slice(0, 2))),
    words: /\bcpr\b|personnummer/,
  },
  {
    country: 'AU',
    pattern: /(?<![\d.,-])\d{3} ?\d{3} ?\d{3}(?![\d]|[.,-]\d)/g,
    isValid: (id) => isAny(id) && weightedSum(id, [1, 4, 3, 7, 5, 8, 6, 9, 10]) % 11 === 0,
    words: /\btfn\b|tax file/,
  },
  {
    country: 'AT',
    pattern: /(?<![\d.,-])\d{4} ?\d{6}(?![\d]|[.,-]\d)/g,
    isValid: (id) => weightedSum(id, [3, 7, 9, 0, 5, 8, 4, 2, 1, 6]) % 11 === Number(id[3]),
    words: /sozialversicherung|svnr|sv-n/,
  },
  {
    country: 'CZ',
    pattern: /(?<![\d.,-])\d{6}\/?\d{3,4}(?![\d]|[.,-]\d)/g,
    isValid: isCzech,
    words: /rodn[eé] ?[cč][ií]slo|rodn[eé]ho [cč][ií]sla/,
  },
  {
    country: 'RO',
    pattern: /(?<![\d.,-])[1-9]\d{12}(?![\d]|[.,-]\d)/g,
    isValid: (id) => {
      const rest = weightedSum(id, [2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9]) % 11
      return (rest === 10 ? 1 : rest) === Number(id[12])
    },
    words: /\bcnp\b|cod numeric/,
  },
  {
    country: 'BG',
    pattern: /(?<![\d.,-])\d{10}(?![\d]|[.,-]\d)/g,
    isValid: (id) => (weightedSum(id, [2, 4, 8, 5, 10, 9, 7, 3, 6]) % 11) % 10 === Number(id[9]),
    words: /егн|\begn\b/,
  },
  {
    country: 'RU',
    pattern: /(?<![\d.,-])\d{3}[- ]?\d{3}[- ]?\d{3}[- ]?\d{2}(?![\d]|[.,-]\d)/g,
    isValid: isSnils,
    words: /снилс|\bsnils\b/,
  },
  {
    country: 'RU',
    pattern: /(?<![\d.,-])\d{12}(?![\d]|[.,-]\d)/g,
    isValid: isRussianTaxId,
    words: /(?<!\p{L})инн(?!\p{L})/u,
  },
  {
    country: 'RU',
    pattern: /(?<![\d.,-])\d{2} ?\d{2} ?\d{6}(?![\d]|[.,-]\d)/g,
    isValid: isAny,
    words: /паспорт/,
  },
  {
    country: 'UA',
    pattern: /(?<![\d.,-])\d{10}(?![\d]|[.,-]\d)/g,
    isValid: (id) => (weightedSum(id, [-1, 5, 7, 9, 4, 6, 10, 5, 7]) % 11) % 10 === Number(id[9]),
    words: /рнокпп|(?<!\p{L})іпн(?!\p{L})/u,
  },
  {
    country: 'US',
    pattern: /(?<![\d-])9\d{2}-(?:5\d|6[0-5]|7\d|8[0-8]|9[0-24-9])-\d{4}(?![\d-])/g,
    isValid: isAny,
    words: /\bitin\b|taxpayer|\btax id/,
  },
  {
    country: 'HK',
    pattern: /(?<![A-Za-z0-9])[A-Za-z]{1,2}\d{6} ?\([0-9Aa]\)/g,
    isValid: isHongKong,
    words: /hkid|hong kong id|身份證|身份证|identity card/,
  },
  {
    country: 'SG',
    pattern: /(?<![A-Za-z0-9])[STFGstfg]\d{7}[A-Za-z](?![A-Za-z0-9])/g,
    isValid: isSingaporean,
    words: /nric|\bfin\b|identity card/,
  },
  {
    country: 'TH',
    pattern: /(?<![\d.,-])\d-?\d{4}-?\d{5}-?\d{2}-?\d(?![\d]|[.,-]\d)/g,
    // A sum that 11 divides leaves 11, whose last digit is the check: 1, not 0.
    isValid: (id) =>
      (11 - (weightedSum(id, [13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11)) % 10 === Number(id[12]),
    words: /บัตรประชาชน|เลขประจำตัวประชาชน|thai id/,
  },
  {
    country: 'TW',
    pattern: /(?<![A-Za-z0-9])[A-Za-z][1289]\d{8}(?![A-Za-z0-9])/g,
    isValid: isTaiwanese,
    words: /身分證|身份證|taiwan(?:ese)? id/,
  },
  {
    country: 'ID',
    pattern: /(?<![\d.,-])\d{16}(?![\d]|[.,-]\d)/g,
    isValid: isIndonesian,
    words: /\bnik\b|\bktp\b|induk kependudukan/,
  },
  {
    country: 'MY',
    pattern: /(?<![\d.,-])\d{6}-?\d{2}-?\d{4}(?![\d]|[.,-]\d)/g,
    isValid: (id) => isDay(id.slice(2, 4), id.slice(4, 6)),
    words: /\bic\b|mykad|kad pengenalan/,
  },
  {
    country: 'CO',
    pattern: /(?<![\d.,-])(?:\d{1,3}(?:\.\d{3}){2,3}|\d{7,10})(?![\d]|[.,-]\d)/g,
    isValid: isAny,
    words: /c[eé]dula/,
  },
  {
    country: 'IE',
    pattern: /(?<![A-Za-z0-9])\d{7}[A-Wa-w][A-Ia-i]?(?![A-Za-z0-9])/g,
    isValid: isAny,
    words: /\bpps(?:n| n)/,
  },
  {
    country: 'VN',
    pattern: /(?<![\d.,-])0\d{11}(?![\d]|[.,-]\d)/g,
    isValid: isAny,
    words: /cccd|căn cước/,
  },
  {
    country: 'EG',
    pattern: /(?<![\d.,-])[23]\d{13}(?![\d]|[.,-]\d)/g,
    isValid: (id) => isDay(id.slice(3, 5), id.slice(5, 7)),
    words: /الرقم القومي/,
  },
  {
    country: 'SA',
    pattern: /(?<![\d.,-])[12]\d{9}(?![\d]|[.,-]\d)/g,
    isValid: isAny,
    words: /رقم الهوية|الإقامة|iqama/,
  },
  {
    country: 'passports',
    pattern:
      /(?<![A-Za-z0-9])(?=[A-Z]{0,8}\d)[A-Z0-9]{0,3}\d(?=(?:[A-Z]{0,3}\d){3})[A-Z0-9]{5,8}(?![A-Za-z0-9])/g,
    isValid: isAny,
    words:
      /passport (?:no|number|nr|#|is)|passport:|reisepass|passnummer|pass-nr|ausweisn|pasaporte|passeport|passaporto|passaporte|paspoort|paszport|pasaport no|护照|護照|パスポート番号|여권 ?번호|رقم الجواز|דרכון/,
  },
]

/** Without one of these words none of them is looked for. */
export const namedIdWords = new RegExp(namedIds.map(({ words }) => words.source).join('|'), 'iu')
