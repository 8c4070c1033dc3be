import { createFolding } from '../../../platform/fold-text.ts'

/** Words that mean nothing else when they are the whole message. */
const optOutWords = [
  // English
  'STOP',
  'STOP ALL',
  'STOPALL',
  'UNSUBSCRIBE',
  'UNSUBSCRIBE ME',
  'OPT OUT',
  'OPT-OUT',
  'OPTOUT',
  'REMOVE ME',
  'STOP MESSAGING ME',
  'DO NOT CONTACT ME',
  // Spanish, Catalan, Galician
  'BAJA',
  'DAR DE BAJA',
  'DARME DE BAJA',
  'CANCELAR SUSCRIPCIÓN',
  'DESUSCRIBIR',
  'NO ENVIAR MÁS',
  'BAIXA',
  // Portuguese
  'PARE',
  'PARAR',
  'SAIR',
  'DESCADASTRAR',
  'CANCELAR INSCRIÇÃO',
  'REMOVER',
  // French
  'ARRÊT',
  'ARRÊTER',
  'ARRÊTEZ',
  'DÉSABONNER',
  'DÉSINSCRIRE',
  'ME DÉSABONNER',
  'DÉSINSCRIPTION',
  // German
  'STOPP',
  'ABMELDEN',
  'ABBESTELLEN',
  'AUSTRAGEN',
  // Italian
  'CANCELLAMI',
  'DISISCRIVIMI',
  'ANNULLA ISCRIZIONE',
  'BASTA MESSAGGI',
  // Dutch
  'AFMELDEN',
  'UITSCHRIJVEN',
  'STOPPEN',
  // Polish, Czech, Slovak, Hungarian, Romanian
  'WYPISZ',
  'WYPISZ MNIE',
  'REZYGNUJĘ',
  'ODHLÁSIT',
  'ODHLÁSIŤ',
  'LEIRATKOZÁS',
  'LEIRATKOZOM',
  'DEZABONARE',
  // Scandinavian and Finnish
  'AVSLUTA',
  'AVREGISTRERA',
  'AVMELD',
  'AFMELD',
  'LOPETA',
  'PERU TILAUS',
  // Turkish
  'DUR',
  'IPTAL',
  'ABONELIKTEN ÇIK',
  'RET',
  // Russian, Ukrainian, Bulgarian, Serbian
  'СТОП',
  'ОТПИСАТЬСЯ',
  'ОТПИСКА',
  'ОТПИШИТЕ МЕНЯ',
  'ВІДПИСАТИСЯ',
  'ОТКАЗ',
  // Greek
  'ΔΙΑΓΡΑΦΗ',
  'ΣΤΟΠ',
  // Hebrew
  'הסר',
  'הסירו',
  'הסרה',
  'הסירו אותי',
  'עצור',
  // Arabic, Persian, Urdu
  'إيقاف',
  'توقف',
  'الغاء الاشتراك',
  'إلغاء الاشتراك',
  'لغو اشتراک',
  // South and south-east Asia
  'बंद करो',
  'रोको',
  'सदस्यता समाप्त',
  'BERHENTI',
  'BERHENTI LANGGANAN',
  'HUỶ',
  'HỦY ĐĂNG KÝ',
  'TỪ CHỐI',
  'ยกเลิก',
  'หยุด',
  // East Asia
  '退订',
  '退訂',
  '取消订阅',
  '停止',
  '配信停止',
  '解除',
  '수신거부',
  '구독취소',
  '중지',
] as const

const optInWords = [
  'START',
  'UNSTOP',
  'SUBSCRIBE',
  'OPT IN',
  'OPT-IN',
  'OPTIN',
  'RESUBSCRIBE',
  'ALTA',
  'SUSCRIBIR',
  'REACTIVAR',
  'INSCREVER',
  'ATIVAR',
  'COMMENCER',
  "M'ABONNER",
  'ABONNER',
  'ANMELDEN',
  'ISCRIVIMI',
  'AANMELDEN',
  'ZAPISZ',
  'PŘIHLÁSIT',
  'FELIRATKOZÁS',
  'ABONARE',
  'BÖRJA',
  'ALOITA',
  'BAŞLA',
  'BAŞLAT',
  'СТАРТ',
  'ПОДПИСАТЬСЯ',
  'ПІДПИСАТИСЯ',
  'ΕΓΓΡΑΦΗ',
  'הצטרפות',
  'התחל',
  'اشتراك',
  'ابدأ',
  'शुरू',
  'MULAI',
  'BẮT ĐẦU',
  'ĐĂNG KÝ',
  'สมัคร',
  'เริ่ม',
  '订阅',
  '訂閱',
  '再開',
  '수신동의',
  '구독',
] as const

/** Nobody writes a longer word to stop. */
const longestWord = 60

/** Marks that people leave out: accents of Latin, Greek and Cyrillic, points of Hebrew, vowel signs and hamza of Arabic. */
const accents = /[\u0300-\u036f]|[\u0591-\u05c7]|[\u064b-\u065f]|\u0670/g

/** What is left of a message when case, accents, signs around it and widths of letters do not matter. */
export const normaliseWord = createFolding({
  marks: accents,
  // Tatweel is a letter that only stretches a word.
  dropped: /[^\p{L}\p{M}\p{N}\s'-]|\u0640/gu,
  letters: { "'": ' ', '-': ' ' },
  spaces: 'single',
})

const normalised = new WeakMap<readonly string[], ReadonlySet<string>>()

function setOf(words: readonly string[]): ReadonlySet<string> {
  let set = normalised.get(words)
  if (set === undefined) {
    set = new Set(words.map(normaliseWord).filter((word) => word !== ''))
    normalised.set(words, set)
  }
  return set
}

/** What a whole message asks for: to be left alone, to be written to again, or neither. */
export function wishOf(
  text: string,
  own: { optOutWords: readonly string[] | null; optInWords: readonly string[] | null },
): { isOptedOut: boolean; word: string } | undefined {
  if (text === '' || text.length > longestWord) return undefined
  const word = normaliseWord(text)
  if (word === '') return undefined
  if (setOf(own.optOutWords ?? optOutWords).has(word)) return { isOptedOut: true, word }
  return setOf(own.optInWords ?? optInWords).has(word) ? { isOptedOut: false, word } : undefined
}
