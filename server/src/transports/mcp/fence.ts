/** What stands around texts that come from other people. A model is told that nothing between them is an order. */
const openMark = '<untrusted_whatsapp_data>'
const closeMark = '</untrusted_whatsapp_data>'

/**
 * Angle brackets in all their forms, so that no mark can be written inside; everything that is not seen or breaks lines:
 * controls, directions, joiners, tags, private and half characters.
 */
const unsafe =
  /[<>\u2039\u203a\u2329\u232a\u3008\u3009\ufe64\ufe65\uff1c\uff1e]|[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]/gu

/** The characters that belong to the emoji before them as phones write it; more of them only programs read. */
const joiner = { character: '\u200d', after: /(?:\p{Extended_Pictographic}|\p{Emoji_Modifier})\ufe0f?$/u }
const selector = { character: '\ufe0f', after: /(?:\p{Extended_Pictographic}|\p{Emoji_Modifier})$/u }

/** A text in which nothing is invisible, and no mark: characters that could be either are written as `\u003c`. */
export function showPlainly(text: string): string {
  return text.replace(unsafe, (character, index: number) => {
    const before = text.slice(Math.max(0, index - 3), index)
    if ([joiner, selector].some((part) => part.character === character && part.after.test(before)))
      return character
    return Array.from({ length: character.length }, (_, at) => escapeUnit(character.charCodeAt(at))).join('')
  })
}

function escapeUnit(unit: number): string {
  return `\\u${unit.toString(16).padStart(4, '0')}`
}

/** A value in one line of JSON that can stand inside the marks; whoever parses it gets the value itself. */
export function toSafeJson(value: unknown): string {
  return showPlainly(JSON.stringify(value) ?? 'null')
}

/** Puts the marks around texts that `showPlainly` or `toSafeJson` wrote. */
export function fence(inside: string): string {
  return `${openMark}\n${inside}\n${closeMark}`
}

/** The marks by themselves, for answers whose middle is read by programs. */
export const marks = { open: openMark, close: closeMark }
