import { crc32, deflateRawSync } from 'node:zlib'

/** A PDF whose pages are these streams of drawing operators; `catalog` and `pages` may be replaced by something hostile. */
export function pdfOf(
  pages: readonly string[],
  more: { trailer?: string; kids?: string; font?: string } = {},
): Buffer {
  const objects: string[] = []
  const add = (body: string) => objects.push(body)
  add('<< /Type /Catalog /Pages 2 0 R >>')
  const kids = pages.map((_, at) => `${4 + at * 2} 0 R`).join(' ')
  add(`<< /Type /Pages /Kids [${more.kids ?? kids}] /Count ${pages.length} >>`)
  add(more.font ?? '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>')
  for (const content of pages) {
    const at = objects.length + 1
    add(
      `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Resources << /Font << /F1 3 0 R >> >> /Contents ${at + 1} 0 R >>`,
    )
    add(`<< /Length ${content.length} >>\nstream\n${content}\nendstream`)
  }
  let file = '%PDF-1.4\n'
  const offsets = objects.map((body, at) => {
    const offset = file.length
    file += `${at + 1} 0 obj\n${body}\nendobj\n`
    return offset
  })
  const table = offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`).join('')
  const start = file.length
  file += `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${table}`
  file += `trailer\n<< /Size ${objects.length + 1} /Root 1 0 R ${more.trailer ?? ''} >>\nstartxref\n${start}\n%%EOF\n`
  return Buffer.from(file, 'latin1')
}

/** Operators that write lines of text, the first in larger letters when it is a heading. */
export function pdfText(
  lines: readonly string[],
  { heading, before = '' }: { heading?: string; before?: string } = {},
) {
  const escaped = (text: string) => text.replace(/[\\()]/g, '\\$&')
  const title = heading === undefined ? '' : `BT /F1 20 Tf 72 740 Td (${escaped(heading)}) Tj ET\n`
  const body = lines.map((line, at) => `BT /F1 11 Tf 72 ${700 - at * 14} Td (${escaped(line)}) Tj ET`)
  return `${before}${title}${body.join('\n')}`
}

/** A ZIP file of these parts; `claim` is what it says their unpacked size is. */
export function zipOf(parts: Readonly<Record<string, Buffer | string>>, claim?: number): Buffer {
  const local: Buffer[] = []
  const central: Buffer[] = []
  let offset = 0
  for (const [name, content] of Object.entries(parts)) {
    const bytes = Buffer.from(content as string)
    const packed = deflateRawSync(bytes)
    const head = Buffer.alloc(30)
    head.writeUInt32LE(0x04034b50, 0)
    head.writeUInt16LE(20, 4)
    head.writeUInt16LE(8, 8)
    head.writeUInt32LE(crc32(bytes), 14)
    head.writeUInt32LE(packed.length, 18)
    head.writeUInt32LE(claim ?? bytes.length, 22)
    head.writeUInt16LE(name.length, 26)
    const entry = Buffer.alloc(46)
    entry.writeUInt32LE(0x02014b50, 0)
    head.copy(entry, 6, 4, 30)
    entry.writeUInt16LE(20, 4)
    entry.writeUInt32LE(offset, 42)
    local.push(head, Buffer.from(name), packed)
    central.push(entry, Buffer.from(name))
    offset += head.length + name.length + packed.length
  }
  const directory = Buffer.concat(central)
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x06054b50, 0)
  end.writeUInt16LE(Object.keys(parts).length, 8)
  end.writeUInt16LE(Object.keys(parts).length, 10)
  end.writeUInt32LE(directory.length, 12)
  end.writeUInt32LE(offset, 16)
  return Buffer.concat([...local, directory, end])
}

const namespace = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
const contentTypes = `<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>`
const relations = `<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>`
const styles = `<?xml version="1.0"?><w:styles ${namespace}><w:style w:type="paragraph" w:styleId="Heading1"><w:name w:val="heading 1"/></w:style></w:styles>`
const documentRelations = `<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="styles.xml"/></Relationships>`

/** A Word document with this body. */
export function docxOf(
  body: string,
  more: { claim?: number; parts?: Record<string, Buffer | string> } = {},
): Buffer {
  const document = `<?xml version="1.0"?><w:document ${namespace}><w:body>${body}</w:body></w:document>`
  return zipOf(
    {
      '[Content_Types].xml': contentTypes,
      '_rels/.rels': relations,
      'word/_rels/document.xml.rels': documentRelations,
      'word/styles.xml': styles,
      'word/document.xml': document,
      ...more.parts,
    },
    more.claim,
  )
}

/** A paragraph of a Word document. */
export const paragraph = (text: string, { style = '', look = '' } = {}) =>
  `<w:p>${style === '' ? '' : `<w:pPr><w:pStyle w:val="${style}"/></w:pPr>`}<w:r>${look === '' ? '' : `<w:rPr>${look}</w:rPr>`}<w:t xml:space="preserve">${text}</w:t></w:r></w:p>`
