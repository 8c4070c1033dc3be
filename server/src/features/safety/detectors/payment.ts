import { isIbanCheck, isLuhn, weightedSum } from './checksums.ts'
import { contextOf, type Finding, isNamedHarmless, type ScannedText } from './detectors.schema.ts'
import { matchesOf } from './matches.ts'

/** Between the digits: one sign, or white space and one more. */
const cardCandidate =
  /(?<![\d.,/+-]|\d )\d(?:(?:[ \-.\u00a0_/\u2013\u2014\n]|\) ?)?\d){12,18}(?![\d]|[-.,/_]\d)/g
const cardSeparator = /\) ?|[ \-.\u00a0_/\u2013\u2014\n]/
const cardWords =
  /card|visa|master|amex|american express|cvv|cvc|expir|tarjeta|cart[aeã]o|carte|carta di|karte|kaart|karta|karty|карт|卡|カード|카드|بطاقة|כרטיס|kart/

/** Ranges and lengths of the brands (ISO/IEC 7812 issuers as the networks publish them). */
const brands: readonly { prefix: RegExp; lengths: readonly number[] }[] = [
  { prefix: /^4/, lengths: [13, 16, 19] },
  { prefix: /^5[1-5]|^2(?:22[1-9]|2[3-9]\d|[3-6]\d\d|7[01]\d|720)/, lengths: [16] },
  { prefix: /^3[47]/, lengths: [15] },
  { prefix: /^3(?:0[0-5]|095|[689])/, lengths: [14, 16, 19] },
  { prefix: /^6(?:011|4[4-9]|5)/, lengths: [16, 19] },
  { prefix: /^35(?:2[89]|[3-8]\d)/, lengths: [16, 17, 18, 19] },
  { prefix: /^62/, lengths: [16, 17, 18, 19] },
  { prefix: /^(?:50|5[6-9]|6[0379])/, lengths: [16, 18, 19] },
  { prefix: /^(?:220[0-4])/, lengths: [16] },
  { prefix: /^(?:60|65|81|82|508)/, lengths: [16] },
  { prefix: /^9792/, lengths: [16] },
]

const isBrand = (digits: string): boolean =>
  brands.some(({ prefix, lengths }) => lengths.includes(digits.length) && prefix.test(digits))

/**
 * Groups as they are printed on cards, or none at all; with the word "card" nearby, or nothing else in the text, any
 * groups of one length or of four digits and more.
 */
function isCardGrouping(written: string, isCalledCard: boolean): boolean {
  const groups = written.split(cardSeparator).map((group) => group.length)
  if (groups.length === 1) return true
  const signs = new Set(written.replaceAll(/[\d)]/g, '').replaceAll(/[\u00a0\n]/g, ' '))
  if (signs.size > 1) return false
  if (/^4,4,4,[1-4]$|^4,4,4,4,3$|^4,6,[45]$|^6,1[03]$|^4,4,5$|^5,5,5$/.test(groups.join())) return true
  if (!isCalledCard) return false
  return groups.every((group) => group === groups[0]) || groups.slice(0, -1).every((group) => group >= 4)
}

/** Card numbers: the brand's range and length, Luhn's check, and no name that says it is something else. */
export function findCards({ text, digits }: ScannedText, into: Finding[]): void {
  if (digits < 13) return
  for (const match of matchesOf(cardCandidate, text)) {
    const [written] = match
    const number = written.replaceAll(/\D/g, '')
    if (!isBrand(number) || !isLuhn(number) || /^(\d)\1+$/.test(number)) continue
    const end = match.index + written.length
    const context = contextOf(text, match.index, end)
    const isCalledCard = cardWords.test(context)
    const isAlone = text.length - written.length < 4
    if (!isCardGrouping(written, isCalledCard || isAlone)) continue
    if (isNamedHarmless(context) && !isCalledCard) continue
    into.push({ kind: 'credit_cards', start: match.index, end })
  }
}

/** Length of an IBAN by country (the registry of SWIFT). */
const ibanLengths: Readonly<Record<string, number>> = Object.fromEntries(
  (
    'AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 EE20 EG29 ' +
    'ES24 FI18 FK18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 ' +
    'LC32 LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 PS29 PT25 ' +
    'QA29 RO24 RS22 RU33 SA24 SC31 SD18 SE24 SI19 SK24 SM27 SO23 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20 YE30'
  )
    .split(' ')
    .map((entry) => [entry.slice(0, 2), Number(entry.slice(2))]),
)

const ibanCandidate = /(?<![A-Za-z0-9])[A-Za-z]{2}\d{2}(?:[ \-.\u00a0]{0,2}[A-Za-z0-9]){11,30}/g

function findIbans(text: string, into: Finding[]): void {
  for (const match of matchesOf(ibanCandidate, text)) {
    const length = ibanLengths[match[0].slice(0, 2).toUpperCase()]
    if (length === undefined) continue
    let taken = 0
    let end = 0
    while (end < match[0].length && taken < length) {
      if (/[A-Za-z0-9]/.test(match[0][end] ?? '')) taken += 1
      end += 1
    }
    const iban = match[0]
      .slice(0, end)
      .replaceAll(/[^A-Za-z0-9]/g, '')
      .toUpperCase()
    if (taken < length || /^[A-Za-z0-9]/.test(match[0].slice(end))) continue
    if (isIbanCheck(iban)) into.push({ kind: 'bank_accounts', start: match.index, end: match.index + end })
  }
}

/** The check digit of American routing numbers. */
export function isRoutingNumber(digits: string): boolean {
  if (!/^(?:0\d|1[0-2]|2[1-9]|3[0-2]|6[1-9]|7[0-2]|80)\d{7}$/.test(digits)) return false
  return weightedSum(digits, [3, 7, 1, 3, 7, 1, 3, 7, 1]) % 10 === 0
}

/** The check digit of Mexican CLABE numbers. */
function isClabe(digits: string): boolean {
  const sum = [...digits.slice(0, 17)].reduce(
    (total, digit, index) => total + ((Number(digit) * ([3, 7, 1][index % 3] ?? 0)) % 10),
    0,
  )
  return (10 - (sum % 10)) % 10 === Number(digits[17])
}

const bankWords =
  /\b(?:bank|banking|barclays|lloyds|hsbc|natwest|sparkasse|sort|routing|aba|ach|wire|sort[ -]?code|ifsc|bsb|swift|bic|clabe|iban|blz|bankleitzahl|kontonummer|konto-?nr|cuenta|conta|agência|agencia|compte|rib|conto corrente|rekening|bankgiro|clearing)\b|р\/с|расч[её]тн|бик|银行|口座|계좌|حساب|חשבון/i
const routingNumber = /(?:routing|aba|rtn|transit)[^\d\n]{0,24}(\d{9})(?!\d)/gi
const sortCode = /(?<!\d)(\d{2}[- ]?\d{2}[- ]?\d{2})(?!\d)[^\d\n]{0,40}(\d{8})(?!\d)/g
const bsbNumber = /\bbsb[^\d\n]{0,12}(\d{3}[ -]?\d{3})(?!\d)/gi
const clabeNumber = /(?<!\d)\d{18}(?!\d)/g
const namedAccount =
  /(?:bank account|account(?: (?:number|no\.?|nr\.?|#))|acct\.?(?: (?:number|no\.?|#))?|a\/c(?: no\.?)?|kontonummer|konto-?nr\.?|n[uú]mero de cuenta|cuenta bancaria|cuenta corriente|n[uú]mero da conta|conta corrente|num[eé]ro de compte|compte bancaire|conto corrente|rekeningnummer|numer konta|nr konta|расч[её]тный сч[её]т|р\/с|номер сч[её]та|银行账号|账号|口座番号|계좌번호|رقم الحساب|מספר חשבון|חשבון בנק)[^\d\n]{0,24}(\d(?:[ -]?\d){5,19})(?![\d])/gi

function findNamedAccounts(text: string, into: Finding[]): void {
  const add = (start: number, length: number): void => {
    into.push({ kind: 'bank_accounts', start, end: start + length })
  }
  for (const match of matchesOf(routingNumber, text)) {
    const [whole, number = ''] = match
    if (isRoutingNumber(number)) add(match.index + whole.length - number.length, number.length)
  }
  for (const match of matchesOf(sortCode, text)) {
    if (
      /sort|account|\bacc?\b|a\/c|bank/i.test(contextOf(text, match.index, match.index + match[0].length))
    ) {
      add(match.index, match[0].length)
    }
  }
  for (const match of matchesOf(bsbNumber, text)) {
    const [whole, number = ''] = match
    add(match.index + whole.length - number.length, number.length)
  }
  for (const match of matchesOf(clabeNumber, text)) {
    if (isClabe(match[0]) && /clabe|cuenta|interbancaria/i.test(text)) add(match.index, match[0].length)
  }
  for (const match of matchesOf(namedAccount, text)) {
    const [whole, number = ''] = match
    add(match.index + whole.length - number.length, number.length)
  }
}

/** Bank accounts: IBANs by their check, others where the text speaks of a bank. */
export function findBankAccounts({ text, digits }: ScannedText, into: Finding[]): void {
  if (digits < 6) return
  if (digits >= 10) findIbans(text, into)
  if (bankWords.test(text)) findNamedAccounts(text, into)
}
