/** Sum of digits times weights; digits beyond the weights are left out. */
export function weightedSum(digits: string, weights: readonly number[]): number {
  return weights.reduce((sum, weight, index) => sum + weight * Number(digits[index] ?? 0), 0)
}

/** The check of payment cards and many ids (ISO/IEC 7812-1). */
export function isLuhn(digits: string): boolean {
  let sum = 0
  for (let index = 0; index < digits.length; index += 1) {
    const digit = digits.charCodeAt(digits.length - 1 - index) - 48
    const doubled = index % 2 === 1 ? digit * 2 : digit
    sum += doubled > 9 ? doubled - 9 : doubled
  }
  return sum % 10 === 0
}

const dihedral = [
  '0123456789',
  '1234067895',
  '2340178956',
  '3401289567',
  '4012395678',
  '5987604321',
  '6598710432',
  '7659821043',
  '8765932104',
  '9876543210',
]
const permutations = [
  '0123456789',
  '1576283094',
  '5803796142',
  '8916043527',
  '9453126870',
  '4286573901',
  '2793806415',
  '7046913258',
]

/** Verhoeff's check, of Indian Aadhaar numbers. */
export function isVerhoeff(digits: string): boolean {
  let check = 0
  for (let index = 0; index < digits.length; index += 1) {
    const digit = Number(digits[digits.length - 1 - index])
    const permuted = Number(permutations[index % 8]?.[digit])
    check = Number(dihedral[check]?.[permuted])
  }
  return check === 0
}

/** ISO 7064 MOD 11,10: German tax ids. */
export function isMod11Comma10(digits: string): boolean {
  let product = 10
  for (const digit of digits.slice(0, -1)) {
    const sum = (Number(digit) + product) % 10 || 10
    product = (sum * 2) % 11
  }
  return (11 - product) % 10 === Number(digits.at(-1))
}

/** Remainder by 97 of a number of any length. */
export function mod97(digits: string): number {
  let rest = 0
  for (const digit of digits) rest = (rest * 10 + Number(digit)) % 97
  return rest
}

/** ISO 13616: an IBAN without spaces, in upper case. */
export function isIbanCheck(iban: string): boolean {
  const rotated = iban.slice(4) + iban.slice(0, 4)
  return mod97([...rotated].map((character) => String(Number.parseInt(character, 36))).join('')) === 1
}

/** Whether two digits each of month and day name a day. */
export function isDay(month: string, day: string): boolean {
  const [m, d] = [Number(month), Number(day)]
  return m >= 1 && m <= 12 && d >= 1 && d <= 31
}

/** A day of the month; Swedish coordination numbers and Danish temporary ones have 60 added to it. */
export const withoutSixty = (day: string): string => (Number(day) > 60 ? String(Number(day) - 60) : day)

/** What modulo 11 adds to a weighted sum: 0 to 10. */
export const mod11Check = (id: string, weights: readonly number[]): number =>
  (11 - (weightedSum(id, weights) % 11)) % 11

/** One digit or letter all through. */
export const isRepeated = (id: string): boolean => /^(.)\1+$/.test(id)
