import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import { deflateSync } from 'node:zlib'
import { docxOf, paragraph, pdfOf, pdfText } from '../../../../test/document-samples.ts'
import { createTestApp, type TestApp, type TestTenant } from '../../../../test/harness.ts'
import { addDocument, ask, tenantWithAi } from '../../../../test/knowledge-world.ts'
import { until } from '../../../../test/until.ts'

let app: TestApp
let tenant: TestTenant

before(async () => {
  app = await createTestApp()
  tenant = await tenantWithAi(app)
})
after(() => app.close())

async function failsWith(name: string, file: Uint8Array | string, reason: RegExp): Promise<void> {
  const { status, error } = await addDocument(app, tenant, name, file)
  assert.equal(status, 'failed', name)
  assert.match(error ?? '', reason, name)
}

suite('hostile documents', () => {
  test('a Word document that unpacks to too much is refused, whatever it says of its size', async () => {
    const bomb = Buffer.alloc(90 * 1024 * 1024, 0x20)
    await failsWith(
      'bomb.docx',
      docxOf('', { parts: { 'word/document.xml': bomb } }),
      /unpacks to more than 80 MB/,
    )
    const liar = docxOf('', { parts: { 'word/document.xml': bomb }, claim: 100 })
    await failsWith('liar.docx', liar, /unpacks to more than 80 MB|damaged/)
    const many = Object.fromEntries(Array.from({ length: 6000 }, (_, at) => [`word/part${at}.xml`, '<a/>']))
    await failsWith('many.docx', docxOf(paragraph('x'), { parts: many }), /more than 5000 parts/)
  })

  test('Word documents that nest or name without end are read or refused', async () => {
    const deep = `${'<w:sdt><w:sdtContent>'.repeat(20_000)}${paragraph('deep')}${'</w:sdtContent></w:sdt>'.repeat(20_000)}`
    const entities = `<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "${'x'.repeat(1000)}">${Array.from({ length: 9 }, (_, at) => `<!ENTITY b${at} "${`&b${at === 0 ? '' : at - 1};`.repeat(10)}">`).join('')}]><w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body><w:p><w:r><w:t>&b8;</w:t></w:r></w:p></w:body></w:document>`
    for (const file of [docxOf(deep), docxOf('', { parts: { 'word/document.xml': entities } })]) {
      const source = await addDocument(app, tenant, 'nested.docx', file)
      assert.ok(source.status === 'failed' || source.chunk_count < 10, JSON.stringify(source))
    }
  })

  test('a PDF whose pages, forms or streams lead back to themselves is read or refused', async () => {
    const loop = pdfOf([pdfText(['around'])], { kids: '2 0 R' })
    const form =
      '3 0 obj\n<< /Type /XObject /Subtype /Form /BBox [0 0 1 1] /Resources << /XObject << /X 3 0 R >> >> /Length 5 >>\nstream\n/X Do\nendstream'
    const drawn = pdfOf(['/X Do'], { font: form.replace(/^3 0 obj\n/, '') })
    const packed = deflateSync(Buffer.alloc(60 * 1024 * 1024, 0x20)).toString('latin1')
    const bomb = pdfOf(['x'])
      .toString('latin1')
      .replace(
        '<< /Length 1 >>\nstream\nx',
        `<< /Filter /FlateDecode /Length ${packed.length} >>\nstream\n${packed}`,
      )
    for (const [name, file] of Object.entries({ loop, drawn, bomb: Buffer.from(bomb, 'latin1') })) {
      const source = await addDocument(app, tenant, `${name}.pdf`, file)
      assert.equal(source.status, 'failed', name)
      assert.ok(source.error)
    }
  })

  test('pages of endless depth are refused, those with endless tags are read', async () => {
    await failsWith('deep.html', `${'<div>'.repeat(200_000)}bottom of it all`, /nests deeper/)
    const deep = await addDocument(app, tenant, 'deep.html', `${'<div>'.repeat(4000)}bottom of it all`)
    assert.equal((await ask(tenant, 'bottom', { filters: { source_id: deep.id } })).count, 1)
    const wide = await addDocument(
      app,
      tenant,
      'wide.html',
      `<p ${'a="b" '.repeat(200_000)}>attributes ${'<!--'.repeat(100_000)}`,
    )
    assert.equal(wide.status, 'indexed')
  })

  test('100 MB of text are told to be too much, and leave nothing behind', async () => {
    const line = 'The quick brown fox jumps over the lazy dog, and then it rests.\n\n'
    const file = Buffer.alloc(100 * 1024 * 1024 - 1, line)
    for (const name of ['long.txt', 'long.md', 'long.html']) await failsWith(name, file, /too much text/)
    const noBreaks = Buffer.alloc(100_000, 'a')
    const source = await addDocument(app, tenant, 'word.txt', noBreaks)
    assert.equal(source.status, 'indexed')
    const spool = join(app.database.dataDirectory, 'spool')
    await until('an empty spool', async () => (readdirSync(spool).length === 0 ? true : undefined))
  })
})
