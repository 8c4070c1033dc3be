import { matchesOf } from './matches.ts'

/** Passwords and codes that are made to be handed out: no account is lost with them, and businesses send them all day. */

/** How far before a value the word may stand that says what it is. */
const reach = 72

/** What is good for one use only. */
const oneTime =
  /one[- ]?time|single[- ]use|\botp\b|\b[2m]fa\b|verification|un solo uso|uso [uú]nico|usage unique|einmal|monouso|usa e getta|eenmalig|jednoraz|jednorázov|одноразов|tek kullan[ıi]ml[ıi]k|वन[- ]?टाइम|ओटीपी|חד[- ]?פעמי|لمرة واحدة|یک ?بار ?مصرف|sekali (?:pakai|guna)|dùng một lần|一次性|ワンタイム|일회용|eng[aå]ngs|kertakäyttö|egyszer használatos|unic[aă] folosin[tț][aă]/giu
const oneTimeValue = /^[A-Za-z0-9-]{3,12}$/
const digitsOnly = /^\d+$/

/** What lets guests into a network. */
const network =
  /wi[- ]?fi|wlan|hot-?spot|(?<!\p{L})ssid(?!\p{L})|wireless|вай[- ]?фа|וו?א?יי?[- ]?פיי?|واي[- ]?فاي|وای[- ]?فای|वाई[- ]?फ|ওয়াই[- ]?ফাই|와이파이|ワイファイ|无线|無線|ไวไฟ/giu
/** What lets them into a meeting. */
const gathering =
  /webinar|(?<!\p{L})zoom(?!\p{L})|meeting|video ?call|conference|livestream|reuni[oóã]|videoconfer|besprechung|réunion|riunione|вебинар|встреч|вебінар/giu
/** What lets them through a door, or hands something over: numbers only. */
const door =
  /parking|parkplatz|parkhaus|garage|estacionamiento|estacionamento|locker|schließfach|pick-?up|collection|delivery|entrega|abhol|livraison|ritiro|(?<!\p{L})doors?(?!\p{L})|(?<!\p{L})gates?(?!\p{L})|entrance|puerta|porta(?!\p{L})|portão|(?<!\p{L})tür|parcel|paket|(?<!\p{L})ride(?!\p{L})|driver|trip/giu
const doorValue = /^\d{4,8}#?$/
/** What makes it somebody's account after all. */
const ownAccount =
  /account|login|log in|admin|root(?!\p{L})|router|bank|e-?mail|server|paypal|netflix|cuenta|conta(?!\p{L})|konto|compte|учётн|учетн|аккаунт|(?<!\p{L})my (?!wi)/iu

/** Whoever runs a thing has an account of their own there. */
const administers = /(?:admin|(?<!\p{L})root(?!\p{L}))[^.\n]{0,48}$/iu

/** What stands between the last of some words and the end of a text; undefined when there is none of them. */
function sinceLast(words: RegExp, text: string): string | undefined {
  const last = matchesOf(words, text).at(-1)
  return last === undefined ? undefined : text.slice(last.index + last[0].length)
}

/** Whether the words before a value say that it is a one-time code, or lets guests in. */
export function isMadeToBeShared(text: string, start: number, end: number): boolean {
  const before = text.slice(Math.max(0, start - reach), start)
  const value = text.slice(start, end).replace(/(?<![.,;!?])[.,;!?]+$/, '')
  const sinceOneTime = oneTimeValue.test(value) ? sinceLast(oneTime, before) : undefined
  if (sinceOneTime !== undefined) {
    // A new sentence about an account speaks of another password; codes of digits are one-time there, too.
    const sentence = /[.!?]\s(?<last>[^.!?]*)$/u.exec(sinceOneTime)?.groups?.['last'] ?? ''
    if (digitsOnly.test(value) || !ownAccount.test(sentence)) return true
  }
  if (administers.test(before)) return false
  if (/^["'`]?[ \t]?\((?:for |para |für |pour )?(?:wi-?fi|wlan)/iu.test(text.slice(end, end + 24)))
    return true
  const sinceNetwork = sinceLast(network, before)
  // What was said in the sentence before does not matter.
  if (sinceNetwork !== undefined && !ownAccount.test(sinceNetwork)) return true
  const since = sinceLast(gathering, before) ?? (doorValue.test(value) ? sinceLast(door, before) : undefined)
  return since !== undefined && !ownAccount.test(since) && !/[.!?]\s/.test(since)
}
