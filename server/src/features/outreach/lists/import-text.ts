import { createReadStream } from 'node:fs'
import { refuseImport } from './import.schema.ts'

/** A file with text, and how to read it. */
export interface TextFile {
  path: string
  /** As browsers call it: `utf-8`, `utf-16le`, `windows-1252`. */
  encoding: string
}

/** So few that reading them as rows keeps nobody waiting. */
const pieceBytes = 32 * 1024

const marks: readonly (readonly [encoding: string, bytes: readonly number[]])[] = [
  ['utf-8', [0xef, 0xbb, 0xbf]],
  ['utf-16le', [0xff, 0xfe]],
  ['utf-16be', [0xfe, 0xff]],
]

const noText: readonly (readonly [what: string, begin: string])[] = [
  ['a spreadsheet or another ZIP file: save it as CSV', 'PK\x03\x04'],
  ['an old spreadsheet: save it as CSV', '\xd0\xcf\x11\xe0'],
  ['a PDF', '%PDF'],
  ['a file of contact cards: export it as CSV', 'BEGIN:VCARD'],
]

const markedEncoding = (bytes: Buffer): string | undefined =>
  marks.find(([, mark]) => mark.every((byte, index) => bytes[index] === byte))?.[0]

/** Zeros at every other place are those of ASCII in UTF-16. */
function encodingOfZeros(bytes: Buffer): string | undefined {
  let [even, odd] = [0, 0]
  for (const [index, byte] of bytes.entries()) {
    if (byte !== 0) continue
    if (index % 2 === 0) even += 1
    else odd += 1
  }
  const many = bytes.length / 8
  if (odd > many && even < many / 4) return 'utf-16le'
  return even > many && odd < many / 4 ? 'utf-16be' : undefined
}

/**
 * UTF-8 unless most of what is not ASCII in the file is no UTF-8: then it is what Windows writes in the West. A file
 * with some broken characters stays UTF-8, because all its other names would be read wrong otherwise.
 */
async function encodingOfWhole(path: string): Promise<string> {
  const decoder = new TextDecoder('utf-8')
  let [good, bad] = [0, 0]
  const count = (text: string) => {
    for (const sign of text.match(/[^\0-\x7f]/gu) ?? []) {
      if (sign === '\ufffd') bad += 1
      else good += 1
    }
  }
  for await (const piece of createReadStream(path, { highWaterMark: pieceBytes }))
    count(decoder.decode(piece as Buffer, { stream: true }))
  count(decoder.decode())
  return bad > good ? 'windows-1252' : 'utf-8'
}

async function readBeginning(path: string): Promise<Buffer> {
  for await (const piece of createReadStream(path, { end: 4095 })) return piece as Buffer
  return Buffer.alloc(0)
}

/** Finds out how a file is encoded unless that is given; a byte order mark wins. 422 for what is no text. */
export async function openTextFile(path: string, given: string | undefined): Promise<TextFile> {
  const beginning = await readBeginning(path)
  const latin = beginning.toString('latin1').toUpperCase()
  const other = noText.find(([, begin]) => latin.startsWith(begin.toUpperCase()))
  if (other !== undefined) throw refuseImport('file', `is ${other[0]}`)
  if (beginning.length === 0) throw refuseImport('file', 'is empty')
  const told = markedEncoding(beginning) ?? given ?? encodingOfZeros(beginning)
  const encoding = told ?? (await encodingOfWhole(path))
  return { path, encoding }
}

/** The text of a file piece by piece, without a byte order mark; what is wrongly encoded becomes U+FFFD. */
export async function* readText({ path, encoding }: TextFile): AsyncGenerator<string> {
  const decoder = new TextDecoder(encoding)
  for await (const piece of createReadStream(path, { highWaterMark: pieceBytes }))
    yield decoder.decode(piece as Buffer, { stream: true })
  yield decoder.decode()
}

/** The first characters of a file. */
export async function readSample(file: TextFile): Promise<string> {
  let sample = ''
  for await (const text of readText(file)) {
    sample += text
    if (sample.length >= pieceBytes) break
  }
  return sample
}
