import { readFile } from 'node:fs/promises'
import { Parser } from 'htmlparser2'
import JSZip from 'jszip'
import { convertToHtml, images } from 'mammoth'
import { type Block, UnreadableDocument } from './document.ts'
import { readHtml } from './html.ts'
import { beginningOf } from './text-files.ts'

/** Bytes that the parts of a document may have when they are unpacked. */
const mostUnpackedBytes = 80 * 1024 * 1024
const mostParts = 5000
const mainPart = 'word/document.xml'

async function openZip(bytes: Buffer): Promise<JSZip> {
  if (bytes.toString('latin1', 0, 2) !== 'PK') {
    const what = beginningOf(bytes)
    throw new UnreadableDocument(`The file is called a Word document (.docx) and is ${what ?? 'none'}`)
  }
  let zip: JSZip
  try {
    zip = await JSZip.loadAsync(bytes)
  } catch (error) {
    const message = error instanceof Error ? error.message : ''
    if (/encrypted/i.test(message))
      throw new UnreadableDocument('The Word document is encrypted: save it without a password')
    throw new UnreadableDocument('The Word document is damaged: it is no complete ZIP file')
  }
  if (zip.file('EncryptedPackage') !== null)
    throw new UnreadableDocument('The Word document is encrypted: save it without a password')
  if (zip.file(mainPart) === null)
    throw new UnreadableDocument('The file is called a Word document (.docx) and is another kind of ZIP file')
  return zip
}

/** Bytes of a part, counted while it is unpacked: what a ZIP file says of itself may be a lie. */
function countUnpacked(part: JSZip.JSZipObject, most: number): Promise<number> {
  return new Promise((resolve, reject) => {
    let bytes = 0
    const stream = part.nodeStream() as NodeJS.ReadableStream & { destroy?(): void; pause(): void }
    stream.on('data', (piece: Buffer) => {
      bytes += piece.length
      if (bytes <= most) return
      stream.pause()
      stream.destroy?.()
      reject(
        new UnreadableDocument(
          `The Word document unpacks to more than ${mostUnpackedBytes / 1024 / 1024} MB`,
        ),
      )
    })
    stream.on('end', () => resolve(bytes))
    stream.on('error', () =>
      reject(new UnreadableDocument('The Word document is damaged: a part of it cannot be unpacked')),
    )
  })
}

async function requireBoundedParts(zip: JSZip): Promise<void> {
  const parts = Object.values(zip.files).filter(({ dir, name }) => !dir && /\.(?:xml|rels)$/i.test(name))
  if (parts.length > mostParts)
    throw new UnreadableDocument(`The Word document has more than ${mostParts} parts`)
  let left = mostUnpackedBytes
  for (const part of parts) left -= await countUnpacked(part, left)
}

/** What the properties of a run of text say about whether it is seen. */
class RunLook {
  #isHidden = false
  #isWhite = false
  #hasGround = false

  read(property: string, value: string | undefined): void {
    const isOn = value === undefined || !/^(?:0|false|off|none)$/i.test(value)
    if (property === 'w:vanish' || property === 'w:webHidden') this.#isHidden ||= isOn
    if (property === 'w:sz') this.#isHidden ||= Number(value) <= 2
    if (property === 'w:color') this.#isWhite = value?.toUpperCase() === 'FFFFFF'
    if (property === 'w:shd' || property === 'w:highlight') this.#hasGround = true
  }

  get isUnseen(): boolean {
    return this.#isHidden || (this.#isWhite && !this.#hasGround)
  }
}

/** The document without the runs that Word hides, and without what is written in white on white. */
export function withoutHiddenRuns(xml: string): string {
  let [kept, end, depth] = ['', 0, 0]
  let run: { start: number; depth: number; look: RunLook } | undefined
  const parser = new Parser(
    {
      onopentag(name, { 'w:val': value }) {
        depth += 1
        if (run !== undefined) run.look.read(name, value)
        else if (name === 'w:r') run = { start: parser.startIndex, depth, look: new RunLook() }
      },
      onclosetag() {
        if (run?.depth === depth) {
          if (run.look.isUnseen) {
            kept += xml.slice(end, run.start)
            end = parser.endIndex + 1
          }
          run = undefined
        }
        depth -= 1
      },
    },
    { xmlMode: true, decodeEntities: false },
  )
  parser.write(xml)
  parser.end()
  return kept + xml.slice(end)
}

/** Headings, paragraphs and tables of a Word document. */
export async function readDocx(path: string): Promise<Block[]> {
  const zip = await openZip(await readFile(path))
  await requireBoundedParts(zip)
  const main = zip.file(mainPart)
  if (main === null) return []
  zip.file(mainPart, withoutHiddenRuns(await main.async('string')))
  const buffer = await zip.generateAsync({ type: 'nodebuffer', compression: 'STORE' })
  try {
    const { value } = await convertToHtml({ buffer }, {
      convertImage: images.imgElement(async () => ({ src: '' })),
      externalFileAccess: false,
    } as object)
    return readHtml(value)
  } catch (error) {
    if (error instanceof UnreadableDocument) throw error
    throw new UnreadableDocument('The Word document is damaged: its text cannot be read')
  }
}
