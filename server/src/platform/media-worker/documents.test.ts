import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { type MediaWork, openMediaWork } from '../../../test/media-work.ts'

let work: MediaWork

const text = (content: string) => Buffer.from(content)
const compound = Buffer.from('d0cf11e0a1b11ae1', 'hex')
const word = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document'

/** A compound file whose directory has these streams. */
function compoundFile(streams: readonly string[], rootClass = ''): Buffer {
  const header = Buffer.alloc(512)
  compound.copy(header)
  header.writeUInt16LE(9, 0x1e)
  const entries = ['Root Entry', ...streams].map((name) => {
    const entry = Buffer.alloc(128)
    entry.write(name, 'utf16le')
    return entry
  })
  Buffer.from(rootClass, 'hex').copy(entries[0] ?? Buffer.alloc(0), 0x50)
  return Buffer.concat([header, ...entries, Buffer.alloc(2048)])
}

/** A ZIP of stored files, as far as its beginning is looked at. */
function zip(files: Readonly<Record<string, string>>): Buffer {
  const parts = Object.entries(files).map(([name, content]) => {
    const head = Buffer.alloc(30)
    head.writeUInt32LE(0x04034b50, 0)
    head.writeUInt16LE(20, 4)
    head.writeUInt32LE(content.length, 18)
    head.writeUInt32LE(content.length, 22)
    head.writeUInt16LE(name.length, 26)
    return Buffer.concat([head, Buffer.from(name), Buffer.from(content)])
  })
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x06054b50, 0)
  return Buffer.concat([...parts, end])
}

const plainZip = zip({ 'a.txt': 'hello' })
const portable = Buffer.concat([
  Buffer.from('MZ\x90\0\x03\0\0\0', 'latin1'),
  Buffer.alloc(52),
  Buffer.from([64, 0, 0, 0]),
  text('PE\0\0'),
  Buffer.alloc(100),
])
const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
)
const xml = text('<?xml version="1.0"?><gpx/>')

type Row = [bytes: Buffer, says: { said?: string; name?: string; declaredType?: string }, mimetype: string]

/** What the sender says holds. */
const kept: Row[] = [
  [compoundFile([]), { name: 'a.doc' }, 'application/msword'],
  [compoundFile([]), { name: 'A.XLS' }, 'application/vnd.ms-excel'],
  [compoundFile([]), { name: 'a.ppt' }, 'application/vnd.ms-powerpoint'],
  [compoundFile([]), { name: 'a.msg' }, 'application/vnd.ms-outlook'],
  [compoundFile([]), { name: 'a.vsd' }, 'application/vnd.visio'],
  [compoundFile([]), { name: 'a.mpp' }, 'application/vnd.ms-project'],
  [
    compoundFile([]),
    { name: 'locked.xlsx' },
    'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  ],
  [compoundFile([]), { said: 'application/msword', name: 'report' }, 'application/msword'],
  [compoundFile([]), { declaredType: 'application/msword', name: 'report' }, 'application/msword'],
  [plainZip, { name: 'a.docx' }, word],
  [plainZip, { name: 'a.pptx' }, 'application/vnd.openxmlformats-officedocument.presentationml.presentation'],
  [plainZip, { name: 'a.odt' }, 'application/vnd.oasis.opendocument.text'],
  [plainZip, { name: 'a.epub' }, 'application/epub+zip'],
  [plainZip, { name: 'a.kmz' }, 'application/vnd.google-earth.kmz'],
  [plainZip, { name: 'a.zip' }, 'application/zip'],
  [plainZip, { name: 'a.pages' }, 'application/vnd.apple.pages'],
  [xml, { name: 'track.gpx' }, 'application/gpx+xml'],
  [xml, { name: 'place.kml' }, 'application/vnd.google-earth.kml+xml'],
  [xml, { name: 'invoice.xml' }, 'application/xml'],
  [xml, { said: 'text/xml', name: 'invoice.xml' }, 'text/xml'],
  [text('BM;Bermuda\nBR;Brazil\n'), { name: 'countries.csv' }, 'text/csv'],
  [text('II*;second\n'), { name: 'a.csv' }, 'text/csv'],
  [text('MM\0*'), { name: 'a.csv' }, 'text/csv'],
  [text('ID3;name\n'), { name: 'a.csv' }, 'text/csv'],
  [text('MZ;Mozambique\n'), { name: 'a.csv' }, 'text/csv'],
  [text('GIF89a is a format\n'), { name: 'notes.txt' }, 'text/plain'],
  [text('%PDF- begins a PDF\n'), { name: 'notes.txt' }, 'text/plain'],
  [text('PK\u0003\u0004 begins a ZIP\n'), { name: 'notes.txt' }, 'text/plain'],
  [text('%!PS\n'), { name: 'notes.md' }, 'text/markdown'],
  [text('{}'), { name: 'a.json' }, 'application/json'],
  [text('BEGIN:VCALENDAR'), { name: 'a.ics' }, 'text/calendar'],
  [text('BEGIN:VCARD'), { name: 'a.vcf' }, 'text/vcard'],
  [text('AC1032'), { name: 'a.dwg' }, 'image/vnd.dwg'],
  [text('8BPS'), { name: 'a.psd' }, 'image/vnd.adobe.photoshop'],
  [png, { name: 'a.heic' }, 'image/heic'],
  [png, { said: 'application/pdf', name: 'plan.pdf' }, 'application/pdf'],
  [png, { said: 'IMAGE/PNG; q=1', name: 'plan.pdf' }, 'image/png'],
  [text('a,b'), { said: 'text/csv; charset=utf-8', name: 'a.txt' }, 'text/csv'],
  [text('a,b'), { said: 'application/x-own', name: 'a.txt' }, 'application/x-own'],
  [
    zip({ 'META-INF/MANIFEST.MF': 'Manifest-Version: 1.0' }),
    { name: 'signed.apk' },
    'application/vnd.android.package-archive',
  ],
  [Buffer.from([1, 2, 3]), { name: 'firmware.bin' }, 'application/octet-stream'],
  [text('BM\0\0'), { name: 'firmware.bin' }, 'application/octet-stream'],
]

/** Nobody says anything that holds, so that the bytes are asked. */
const asked: Row[] = [
  [compoundFile(['WordDocument', '1Table']), { name: 'report' }, 'application/msword'],
  [compoundFile(['Workbook']), { name: 'report' }, 'application/vnd.ms-excel'],
  [compoundFile(['PowerPoint Document']), { name: 'report' }, 'application/vnd.ms-powerpoint'],
  [compoundFile(['__properties_version1.0']), { name: 'report' }, 'application/vnd.ms-outlook'],
  [compoundFile([]), { name: 'report' }, 'application/x-cfb'],
  [png, { name: 'picture' }, 'image/png'],
  [png, { name: 'picture', said: 'application/octet-stream' }, 'image/png'],
  [png, { name: 'picture', declaredType: 'binary/octet-stream' }, 'image/png'],
  [plainZip, { name: 'drawing.unknownext' }, 'application/zip'],
  [text('%PDF-1.7\n1 0 obj'), { name: 'plan' }, 'application/pdf'],
  [xml, { name: 'plan' }, 'application/xml'],
  [text('BM;Bermuda\n'), { name: 'countries' }, 'text/plain'],
  [text('MZ;Mozambique\n'), { name: 'countries' }, 'text/plain'],
  [Buffer.from('BM;Curaçao\n', 'latin1'), { name: 'countries' }, 'text/plain'],
  [Buffer.from('\ufeffBM;Bermuda', 'utf16le'), { name: 'countries' }, 'text/plain'],
  [Buffer.from([0, 1, 2, 3]), { name: 'thing' }, 'application/octet-stream'],
  [compoundFile([]), { said: 'application/octet-stream', name: 'a.doc' }, 'application/msword'],
  [compoundFile([]), { declaredType: 'text/html', name: 'a.doc' }, 'application/msword'],
]

/** Programs, whatever they are called. */
const programs: Row[] = [
  [portable, {}, 'application/x-msdownload'],
  [Buffer.from('\x7fELF\x02\x01\x01\0', 'latin1'), {}, 'application/x-elf'],
  [Buffer.from('cffaedfe07000001', 'hex'), {}, 'application/x-mach-binary'],
  [Buffer.from('feedface00000012', 'hex'), {}, 'application/x-mach-binary'],
  [Buffer.from('cafebabe00000002', 'hex'), {}, 'application/x-mach-binary'],
  [Buffer.from('cafebabe0000003d', 'hex'), {}, 'application/java-vm'],
  [text('#!/bin/sh\nrm -rf ~\n'), {}, 'text/x-shellscript'],
  [text('\ufeff#! /usr/bin/env python\n'), {}, 'text/x-shellscript'],
  [text('dex\n035\0'), {}, 'application/vnd.android.dex'],
  [Buffer.from('0061736d01000000', 'hex'), {}, 'application/wasm'],
  [Buffer.from('4c0000000114020000000000c000000000000046', 'hex'), {}, 'application/x-ms-shortcut'],
  [compoundFile(['x'], '84100c0000000000c000000000000046'), {}, 'application/x-msi'],
  [zip({ 'AndroidManifest.xml': 'x', 'classes.dex': 'x' }), {}, 'application/vnd.android.package-archive'],
  [zip({ 'META-INF/MANIFEST.MF': 'Manifest-Version: 1.0' }), {}, 'application/java-archive'],
]

const page = text('<!doctype html><script>alert(1)</script>')
const runTypes = [
  'text/html',
  'TEXT/HTML; charset=utf-8',
  'application/xhtml+xml',
  'image/svg+xml',
  'text/javascript',
  'application/javascript',
  'application/ecmascript',
  'application/xslt+xml',
  'application/wasm',
  'application/hta',
  'multipart/related',
]

suite('documents', () => {
  before(() => {
    work = openMediaWork()
  })
  after(() => work.close())

  const check = async (rows: readonly Row[]) => {
    for (const [bytes, says, mimetype] of rows) {
      const sent = await work.send('document', bytes, says)
      const about = `${JSON.stringify(says)} of ${JSON.stringify(bytes.toString('latin1', 0, 20))}`
      assert.equal(sent.mimetype, mimetype, about)
      assert.deepEqual(sent.bytes, bytes)
    }
  }

  test('keep the type their sender says, by type or by extension, whatever their first bytes look like', () =>
    check(kept))

  test('go by their bytes where nobody says a type; texts may begin like anything', () => check(asked))

  test('are called programs when they are programs', async () => {
    for (const [bytes, , mimetype] of programs) {
      for (const says of [{ name: 'a.pdf' }, { said: 'application/pdf', name: 'a.docx' }, { name: 'a' }]) {
        assert.equal((await work.send('document', bytes, says)).mimetype, mimetype)
      }
    }
  })

  test('are never of a type that browsers run, by type, extension or what came with them', async () => {
    for (const type of runTypes) {
      for (const says of [
        { said: type, name: 'a.pdf' },
        { declaredType: type, name: 'a' },
      ]) {
        assert.equal((await work.send('document', page, says)).mimetype, 'text/plain', type)
        assert.equal((await work.send('document', xml, says)).mimetype, 'text/plain', type)
        assert.equal((await work.send('document', png, says)).mimetype, 'image/png', type)
      }
    }
    for (const name of ['a.html', 'a.HTM', 'a.svg', 'a.xhtml', 'a.js', 'a.mjs', 'a.hta']) {
      assert.equal((await work.send('document', page, { name })).mimetype, 'text/plain', name)
    }
  })
})
