import { extensionOf, extensionOfType } from './file-types.ts'

/** Bytes that a file's name may have on most disks. */
const mostBytes = 255
/** Names are cut to this before anything looks at them. */
const mostCharacters = 4096

/**
 * Characters nobody sees: controls, marks that turn the direction of writing around, line ends. Joiners stay, because
 * they are spelling in Persian and Hindi and hold emoji together, and so do signs that are shown.
 */
const unseen =
  /(?!\u200c|\u200d|[\u0600-\u0605\u06dd\u070f\u08e2\u{110bd}\u{110cd}\u{e0020}-\u{e007f}])[\p{Cc}\p{Cf}\u2028\u2029]/gu
/** Letters of flags are such marks, too; elsewhere they hide text. */
const strayTags = /(\u{1f3f4}[\u{e0020}-\u{e007e}]{1,16}\u{e007f})|[\u{e0020}-\u{e007f}]/gu
/** What is no name when nothing else is left. */
const blank = /\u200c|\u200d|\ufe0e|\ufe0f|[\s.]/gu

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' })

/** The beginning of a text that has at most so many bytes, without half a character. */
function cut(text: string, bytes: number): string {
  if (Buffer.byteLength(text) <= bytes) return text
  let kept = ''
  let left = bytes
  for (const { segment } of graphemes.segment(text)) {
    left -= Buffer.byteLength(segment)
    if (left < 0) break
    kept += segment
  }
  return kept
}

/** Puts an extension behind a stem that is cut where both together are too long. */
function withExtension(stem: string, extension: string): string {
  const ending = extension === '' ? '' : `.${extension}`
  return cut(stem, mostBytes - Buffer.byteLength(ending)).trimEnd() + ending
}

/** A name for a file as phones show it, of at most 255 bytes; undefined when nothing is left of it. */
export function cleanFileName(text: string): string | undefined {
  const bounded = text.length <= mostCharacters ? text : text.slice(0, 2048) + text.slice(-2048)
  const bare = bounded
    .toWellFormed()
    .replaceAll(/[\t\n\r\u2028\u2029]+/g, ' ')
    .replaceAll(unseen, '')
    .replaceAll(strayTags, '$1')
    .replaceAll(/[/\\]/g, '_')
    .trim()
  if (bare.replaceAll(blank, '') === '') return undefined
  if (Buffer.byteLength(bare) <= mostBytes) return bare
  const extension = extensionOf(bare)
  if (extension === undefined) return withExtension(bare, '')
  return withExtension(bare.slice(0, -extension.length - 1), bare.slice(-extension.length))
}

/** As `cleanFileName`, of the last part of a path. */
export function cleanPathName(path: string): string | undefined {
  const last = path.slice(-mostCharacters).split(/[/\\]/).at(-1) ?? ''
  return cleanFileName(last)
}

/** Without dots and blanks at its end. */
function withoutDots(name: string): string {
  let end = name.trimEnd().length
  while (name[end - 1] === '.') end = name.slice(0, end - 1).trimEnd().length
  return name.slice(0, end)
}

/** The name with the usual extension of its type, where it has none: phones choose the program by it. */
export function nameWithExtension(name: string, type: string): string {
  if (extensionOf(name) !== undefined || /^\.[a-z]/i.test(name)) return name
  const extension = extensionOfType(type)
  return extension === undefined ? name : withExtension(withoutDots(name), extension)
}
