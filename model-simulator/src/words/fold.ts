/** Accents and vowel points of Latin, Greek, Cyrillic, Arabic and Hebrew; the vowel signs of Hindi are letters. */
const marks = /[\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670]/g

/** A text in the form in which words are compared: small letters without accents, wide forms made narrow. */
export function fold(text: string): string {
  return text
    .normalize('NFKD')
    .replace(marks, '')
    .normalize('NFC')
    .toLowerCase()
    .replaceAll('ı', 'i')
    .replaceAll('ß', 'ss')
    .replace(/[\u0622\u0623\u0625]/g, '\u0627')
}
