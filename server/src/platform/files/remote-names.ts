import { parse } from 'content-disposition'
import { cleanPathName } from './file-names.ts'
import { extensionOf, typeOfName } from './file-types.ts'

/** Bytes as text: UTF-8, which nearly everything is, else what old servers of the West write. */
function textOf(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return new TextDecoder('windows-1252').decode(bytes)
  }
}

/** Resolves percent-encoding as far as there is some. */
function decodePercent(text: string): string {
  if (!text.includes('%')) return text
  const bytes: number[] = []
  const source = Buffer.from(text)
  for (let at = 0; at < source.length; at += 1) {
    const hex = source.toString('latin1', at, at + 3)
    const isEncoded = /^%[0-9a-f]{2}$/i.test(hex)
    bytes.push(isEncoded ? Number.parseInt(hex.slice(1), 16) : (source[at] ?? 0))
    if (isEncoded) at += 2
  }
  return textOf(Uint8Array.from(bytes))
}

/** RFC 2047, which is for mail; servers write it all the same, and browsers read it. */
function decodeWords(text: string): string {
  const joined = text.replaceAll(/\?=\s+=\?/g, '?==?')
  return joined.replaceAll(/=\?([\w-]{1,30})\?([bq])\?([^?\s]{0,400})\?=/gi, (word, charset, kind, coded) => {
    const quoted = () => decodeQuoted(coded as string)
    const bytes = /b/i.test(kind as string) ? Buffer.from(coded as string, 'base64') : quoted()
    try {
      return new TextDecoder(charset as string).decode(bytes)
    } catch {
      // A charset nobody knows: what stands there is all there is.
      return word
    }
  })
}

const decodeQuoted = (coded: string): Buffer =>
  Buffer.from(
    coded
      .replaceAll('_', ' ')
      .replaceAll(/=([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    'latin1',
  )

/** The file name in a Content-Disposition header (RFC 6266), read as tolerantly as browsers do. */
function nameInHeader(header: string | null): string | undefined {
  if (header === null || header.length > 8192) return undefined
  const typed = /^\s*filename\*?\s*=/i.test(header) ? `attachment; ${header}` : header
  // A quotation that does not end.
  const text = typed.split('"').length % 2 === 0 ? `${typed}"` : typed
  const { parameters } = parse(text)
  const { filename, name } = parameters
  const given = filename ?? name
  if (given === undefined || given === '') return undefined
  // Headers arrive as one character for each byte; many servers write UTF-8 into them as it is.
  const isBytes = /[\x80-\xff]/.test(given) && !/[^\0-\xff]/.test(given)
  const isEncoded = /filename\*\s*=/i.test(text)
  const decoded = isBytes && !isEncoded ? textOf(Buffer.from(given, 'latin1')) : given
  return cleanPathName(decodePercent(decodeWords(decoded.replace(/^'(.*)'$/, '$1'))))
}

/** Programs of servers: what they are called says nothing about what they answer. */
const programs = /^(?:php\d?|phtml|aspx?|ashx|axd|jspx?|do|action|cgi|cfm|pl|py|rb|dll|exe|fcgi|lua|nsf|svc)$/

/** The last part of a URL's path as a file name. */
function nameInUrl(url: string): string | undefined {
  const last = new URL(url).pathname.split('/').findLast((part) => part !== '')
  const name = last === undefined ? undefined : cleanPathName(decodePercent(last))
  const extension = name === undefined ? undefined : extensionOf(name)
  if (name === undefined || extension === undefined || !programs.test(extension)) return name
  return name.slice(0, -extension.length - 1)
}

/**
 * How a file is called that came from elsewhere: by the answer's header, else by the address that was asked for, as long
 * as it names a file, else by the one that answered after redirects.
 */
export function remoteName(answer: {
  asked: string
  answered: string
  disposition: string | null
}): string | undefined {
  const named = nameInHeader(answer.disposition)
  if (named !== undefined) return named
  const names = [nameInUrl(answer.asked), nameInUrl(answer.answered)]
  return names.find((name) => typeOfName(name) !== undefined) ?? names.find((name) => name !== undefined)
}
