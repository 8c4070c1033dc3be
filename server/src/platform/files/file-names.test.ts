import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { supportedMimeTypes } from 'file-type'
import { cleanFileName, cleanPathName, nameWithExtension } from './file-names.ts'
import { extensionOfType } from './file-types.ts'
import { remoteName } from './remote-names.ts'

const family = '👨\u200d👩\u200d👧'
const england = '🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}'
const utf8 = (text: string) => Buffer.from(text).toString('latin1')

suite('names of files', () => {
  test('keep what is spelling: joiners of Persian, Hindi and emoji, flags, signs that are shown', () => {
    for (const name of [
      'می\u200cخواهم.pdf',
      'क्\u200dष.doc',
      `${family}.png`,
      `${england} match.txt`,
      '❤\ufe0f.jpg',
      '\u0600١٢.txt',
      'Größe "1".bin',
      "O'Brien & Söhne (2).pdf",
      '发票.pdf',
    ]) {
      assert.equal(cleanFileName(name), name)
    }
  })

  test('lose what nobody sees or what deceives: controls, turned writing, hidden text, paths', () => {
    for (const [given, clean] of [
      ['invoice\u202efdp.exe', 'invoicefdp.exe'],
      ['\u2066a\u2069\u200e\u200f\u061c.pdf', 'a.pdf'],
      ['a\u0000\u0007\u009fb.pdf', 'ab.pdf'],
      ['a\tb\r\nc\u2028d.pdf', 'a b c d.pdf'],
      ['\ufeffa\u00adb\u200b\u2060.pdf', 'ab.pdf'],
      ['a\u{e0041}\u{e0042}.pdf', 'a.pdf'],
      ['  a.pdf ', 'a.pdf'],
      ['a/b\\c.pdf', 'a_b_c.pdf'],
      ['\ud800a.pdf', '\ufffda.pdf'],
    ] as const) {
      assert.equal(cleanFileName(given), clean, JSON.stringify(given))
    }
    for (const nothing of ['', ' ', '.', '..', '\u200d', '\u200c.', '\u202e', '...']) {
      assert.equal(cleanFileName(nothing), undefined, JSON.stringify(nothing))
    }
    for (const path of ['../../etc/plan.pdf', 'C:\\fakepath\\plan.pdf', '/plan.pdf']) {
      assert.equal(cleanPathName(path), 'plan.pdf')
    }
  })

  test('have at most 255 bytes, whole characters and their extension', () => {
    for (const [stem, extension] of [
      ['é'.repeat(300), 'docx'],
      [family.repeat(50), 'png'],
      ['a'.repeat(100_000), 'pdf'],
      ['می\u200cخ'.repeat(100), 'xlsx'],
    ] as const) {
      const name = cleanFileName(`${stem}.${extension}`) ?? ''
      assert.ok(Buffer.byteLength(name) <= 255 && Buffer.byteLength(name) > 200)
      assert.ok(name.endsWith(`.${extension}`))
      assert.ok(stem.startsWith(name.slice(0, -extension.length - 1)))
      assert.equal(name.toWellFormed(), name)
    }
    const emoji = cleanFileName(`${family.repeat(50)}.png`) ?? ''
    assert.equal(emoji.slice(0, -4).length % family.length, 0)
    assert.equal(nameWithExtension('é'.repeat(127), 'application/pdf'), `${'é'.repeat(125)}.pdf`)
  })

  test('get the extension of their type where they have none', () => {
    for (const [name, type, complete] of [
      ['report', 'application/pdf', 'report.pdf'],
      ['report v1.2', 'application/pdf', 'report v1.2.pdf'],
      ['Dr. Smith', 'application/msword', 'Dr. Smith.doc'],
      ['plan.', 'application/pdf', 'plan.pdf'],
      ['sales 2026.06', 'application/vnd.ms-excel', 'sales 2026.06.xls'],
      ['data', 'text/csv', 'data.csv'],
      ['card', 'text/x-vcard', 'card.vcf'],
      ['song', 'audio/mpeg', 'song.mp3'],
      ['picture', 'image/jpeg', 'picture.jpg'],
      ['film', 'video/quicktime', 'film.mov'],
      ['film', 'video/matroska', 'film.mkv'],
      ['memo', 'audio/3gpp', 'memo.3gp'],
      ['song', 'audio/flac', 'song.flac'],
      ['run', 'text/x-shellscript', 'run.sh'],
      ['archive.tar.gz', 'application/gzip', 'archive.tar.gz'],
      ['main.unknown', 'text/plain', 'main.unknown'],
      ['plan.PDF', 'application/pdf', 'plan.PDF'],
      ['.env', 'text/plain', '.env'],
      ['thing', 'application/octet-stream', 'thing'],
      ['thing', 'application/x-never-heard-of', 'thing'],
    ] as const) {
      assert.equal(nameWithExtension(name, type), complete)
    }
  })
})

/** Types that detection knows and of which nobody has files on a phone, or which have no usual extension. */
const withoutExtension = new Set(
  `image/flif application/vnd.apache.arrow.file audio/qcelp application/x-mach-binary application/x-nintendo-nes-rom
  application/x-unix-archive application/x-compress application/x-cfb image/bpg image/j2c image/mj2 audio/x-musepack
  audio/x-dsf audio/x-dff application/x-ft-apple.alias audio/x-voc audio/x-it audio/x-s3m audio/x-xm application/x-asar application/avro
  application/x-ft-draco application/x-ft-windows-registry-hive application/x-jmp-data`.split(/\s+/),
)

suite('types that the bytes tell', () => {
  test('have an extension', () => {
    const without = [...supportedMimeTypes].filter(
      (type) => extensionOfType(type.split(';')[0] ?? '') === undefined,
    )
    assert.deepEqual(
      without.filter((type) => !withoutExtension.has(type)),
      [],
    )
  })
})

const asked = 'https://files.example/get/5'
const named = (disposition: string) => remoteName({ asked, answered: asked, disposition })
const fromUrl = (url: string, answered = url) => remoteName({ asked: url, answered, disposition: null })

suite('names of files from elsewhere', () => {
  test('are those of Content-Disposition, however servers write it', () => {
    for (const [header, name] of [
      ['attachment; filename="plan.pdf"', 'plan.pdf'],
      ['attachment; filename=plan.pdf', 'plan.pdf'],
      ['attachment; filename=my plan.pdf', 'my plan.pdf'],
      ['ATTACHMENT; FileName="plan.pdf";', 'plan.pdf'],
      ['inline; filename="plan.pdf"; size=3', 'plan.pdf'],
      ['filename="plan.pdf"', 'plan.pdf'],
      ['form-data; name="file"; filename="plan.pdf"', 'plan.pdf'],
      ['attachment; filename="a \\"b\\".pdf"', 'a "b".pdf'],
      ['attachment; filename="a;b.pdf"', 'a;b.pdf'],
      ['attachment; filename="unclosed.pdf', 'unclosed.pdf'],
      ["attachment; filename='plan.pdf'", 'plan.pdf'],
      [`attachment; filename="x.pdf"; filename*=UTF-8''Gr%C3%B6%C3%9Fe.pdf`, 'Größe.pdf'],
      [`attachment; filename*=utf-8'en'Gr%C3%B6%C3%9Fe.pdf; filename=x.pdf`, 'Größe.pdf'],
      [`attachment; filename*=ISO-8859-1''%A3.pdf`, '£.pdf'],
      [`attachment; filename*=UTF-8''%zz; filename="plan.pdf"`, 'plan.pdf'],
      [`attachment; filename="${utf8('Größe.pdf')}"`, 'Größe.pdf'],
      [`attachment; filename="${utf8('می\u200cخواهم.pdf')}"`, 'می\u200cخواهم.pdf'],
      ['attachment; filename="Gr\u00f6\u00dfe.pdf"', 'Größe.pdf'],
      ['attachment; filename="my%20plan.pdf"', 'my plan.pdf'],
      ['attachment; filename="100%.pdf"', '100%.pdf'],
      ['attachment; filename="=?UTF-8?B?R3LDtsOfZS5wZGY=?="', 'Größe.pdf'],
      ['attachment; filename="=?iso-8859-1?Q?Gr=F6=DFe.pdf?="', 'Größe.pdf'],
      ['attachment; filename="../../etc/plan.pdf"', 'plan.pdf'],
      [`attachment; filename*=UTF-8''..%2F..%2Fplan.pdf`, 'plan.pdf'],
      [`attachment; filename*=UTF-8''fdp%E2%80%AEexe.pdf`, 'fdpexe.pdf'],
      ['attachment; filename=""', '5'],
      ['attachment', '5'],
      ['', '5'],
    ] as const) {
      assert.equal(named(header), name, header)
    }
  })

  test('are else those of the address that was asked for, or of the one that answered where only that names a file', () => {
    for (const [url, answered, name] of [
      ['https://a.example/plan.pdf', 'https://cdn.example/8f3a', 'plan.pdf'],
      ['https://a.example/plan.pdf', 'https://cdn.example/other.pdf', 'plan.pdf'],
      ['https://a.example/download.php?id=5', 'https://a.example/files/a%20plan.pdf', 'a plan.pdf'],
      ['https://a.example/files/5', 'https://a.example/files/plan.pdf', 'plan.pdf'],
      ['https://a.example/report', 'https://a.example/8f3a', 'report'],
      ['https://a.example/', 'https://a.example/plan', 'plan'],
    ] as const) {
      assert.equal(fromUrl(url, answered), name)
    }
    for (const [url, name] of [
      ['https://a.example/a%20plan.pdf?x=y#z', 'a plan.pdf'],
      ['https://a.example/%D9%85%DB%8C%E2%80%8C%D8%AE.pdf', 'می\u200cخ.pdf'],
      ['https://a.example/Gr%F6%DFe.pdf', 'Größe.pdf'],
      ['https://a.example/100%.pdf', '100%.pdf'],
      ['https://a.example/files/plan.pdf/', 'plan.pdf'],
      ['https://a.example/a%2Fb%2Fplan.pdf', 'plan.pdf'],
      ['https://a.example/get.aspx', 'get'],
      ['https://a.example/', undefined],
      ['https://a.example/..%2f', undefined],
    ] as const) {
      assert.equal(fromUrl(url), name, url)
    }
  })
})
