import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { docxOf, paragraph, pdfOf, pdfText } from '../../../../test/document-samples.ts'
import { createTestApp, type TestApp, type TestTenant } from '../../../../test/harness.ts'
import { addDocument, ask, tenantWithAi, uploadDocument } from '../../../../test/knowledge-world.ts'

let app: TestApp
let tenant: TestTenant

before(async () => {
  app = await createTestApp()
  tenant = await tenantWithAi(app)
})
after(() => app.close())

const add = (name: string, file: Uint8Array | string) => addDocument(app, tenant, name, file)

/** What of these words is found in a document. */
async function found(sourceId: string, words: readonly string[]): Promise<string[]> {
  const all = await Promise.all(
    words.map(async (query) => (await ask(tenant, query, { filters: { source_id: sourceId } })).count > 0),
  )
  return words.filter((_, at) => all[at])
}

async function failsWith(name: string, file: Uint8Array | string, reason: RegExp): Promise<void> {
  const source = await add(name, file)
  assert.equal(source.status, 'failed', `${name}: ${JSON.stringify(source)}`)
  assert.match(source.error ?? '', reason)
  assert.equal(source.chunk_count, 0)
}

suite('documents', () => {
  test('a PDF keeps its pages and headings, and tells how many pages have text', async () => {
    const pages = [
      pdfText(['We bake bread from spelt and rye.'], { heading: 'Bakery' }),
      '0.5 g 72 72 200 200 re f',
      pdfText(['Wedding cakes are ordered two weeks ahead.'], { heading: 'Cakes' }),
    ]
    const source = await add('bakery.pdf', pdfOf(pages))
    assert.partialDeepStrictEqual(source, {
      status: 'indexed',
      source_type: 'application/pdf',
      pages: 3,
      pages_with_text: 2,
    })
    const [best] = (await ask(tenant, 'When do I order a wedding cake?')).results
    assert.partialDeepStrictEqual(best, { source_id: source.id, metadata: { page: 3, heading: 'Cakes' } })
  })

  test('a Word document and a web page keep their headings', async () => {
    const word = await add(
      'garden.docx',
      docxOf(paragraph('Tulips', { style: 'Heading1' }) + paragraph('Bulbs are planted in October.')),
    )
    assert.equal(word.status, 'indexed', String(word.error))
    const page = await add(
      'zoo.html',
      '<h1>Zoo</h1><h2>Penguins</h2><p>They are fed at three.<table><tr><td>Ticket<td>9 euros</table>',
    )
    assert.equal(page.status, 'indexed')
    assert.equal((await ask(tenant, 'plant bulbs')).results[0]?.metadata.heading, 'Tulips')
    assert.equal((await ask(tenant, 'feeding of penguins')).results[0]?.metadata.heading, 'Zoo › Penguins')
    assert.deepEqual(await found(page.id, ['euros']), ['euros'])
  })

  test('what nobody sees in a page, a Word document, a PDF or Markdown is not found', async () => {
    const html = `<style>.a{display:none} .b { color:red }</style><p>apple <p hidden>zebra<p style="display : none">camel
      <div class="a"><b>tiger</b></div><p class=b>pear<p style="font-size:0">otter<p style="position:absolute;left:-9999px">panda
      <p style="color:#fff">koala<p style="color:#fff;background:#000">plum<template>lemur</template><!-- moose --><script>hyena</script>`
    const word = [
      paragraph('apple hours'),
      paragraph('zebra', { look: '<w:vanish/>' }),
      paragraph('camel', { look: '<w:color w:val="FFFFFF"/>' }),
      paragraph('tiger', { look: '<w:sz w:val="2"/>' }),
      paragraph('pear', { look: '<w:color w:val="FFFFFF"/><w:shd w:val="clear" w:fill="000000"/>' }),
      paragraph('plum', { look: '<w:vanish w:val="0"/>' }),
    ].join('')
    const pdf = pdfText(['apple of the page', 'pear', 'plum'], {
      before:
        '1 1 1 rg BT /F1 11 Tf 72 300 Td (zebra) Tj ET 0 g BT 3 Tr /F1 11 Tf 72 280 Td (camel) Tj ET BT 0 Tr /F1 0.5 Tf 72 260 Td (tiger) Tj ET BT /F1 11 Tf 72 -500 Td (otter) Tj ET\n',
    })
    const markdown = 'apple text\n\n<!-- zebra -->\n\n[//]: # (camel)\n\npear \u{e0073}\u{e0065} and plum'
    const files = { 'a.html': html, 'a.docx': docxOf(word), 'a.pdf': pdfOf([pdf]), 'a.md': markdown }
    const seen = ['apple', 'pear', 'plum']
    const words = [...seen, 'zebra', 'camel', 'tiger', 'otter', 'panda', 'koala', 'lemur', 'moose', 'hyena']
    for (const [name, file] of Object.entries(files)) {
      const source = await add(name, file)
      assert.equal(source.status, 'indexed', `${name} ${source.error}`)
      assert.deepEqual(await found(source.id, words), seen, name)
    }
  })

  test('text that was recognised in a scan lies there without ink and is found all the same', async () => {
    const scan = '0.5 g 0 0 612 792 re f BT 3 Tr /F1 11 Tf 72 700 Td (invoice of the plumber) Tj ET'
    const source = await add('scan.pdf', pdfOf([scan]))
    assert.equal(source.status, 'indexed')
    assert.deepEqual(await found(source.id, ['plumber']), ['plumber'])
  })

  test('a scan without text, an encrypted and a mislabelled file fail with a reason', async () => {
    await failsWith('scan2.pdf', pdfOf(['0.5 g 0 0 612 792 re f', '']), /None of the 2 pages has text.*OCR/)
    const locked = pdfOf([pdfText(['secret'])], {
      trailer: `/Encrypt << /Filter /Standard /V 1 /R 2 /O <${'41'.repeat(32)}> /U <${'42'.repeat(32)}> /P -44 >> /ID [<${'43'.repeat(16)}> <${'43'.repeat(16)}>]`,
    })
    await failsWith('locked.pdf', locked, /encrypted.*password/)
    await failsWith(
      'locked.docx',
      Buffer.from(`d0cf11e0a1b11ae1${'00'.repeat(600)}`, 'hex'),
      /old Office file, or an encrypted one/,
    )
    await failsWith(
      'picture.pdf',
      Buffer.from('89504e470d0a1a0a0000', 'hex'),
      /called a PDF and is a picture \(PNG\)/,
    )
    await failsWith('plan.txt', pdfOf([pdfText(['x'])]), /called text and is a PDF/)
    await failsWith('program.txt', Buffer.from('7f454c46020101000000000000', 'hex'), /is a program/)
    await failsWith(
      'noise.md',
      Buffer.from(Array.from({ length: 4000 }, (_, at) => (at * 7) % 32)),
      /not text/,
    )
    await failsWith('empty.html', '<html><body><p hidden>nothing', /has no text/)
    await failsWith('broken.docx', 'PK\u0003\u0004 and nothing else', /damaged/)
    await failsWith('broken.pdf', '%PDF-1.7 and nothing else', /damaged|None of the/)
  })

  test('files of other types are refused at once; texts in older encodings are read', async () => {
    for (const [name, type] of [
      ['photo.png', 'image/png'],
      ['sheet.xlsx', ''],
      ['data.bin', ''],
      ['noname', ''],
    ] as const) {
      const { status, body } = await uploadDocument(app, tenant, name, 'abc', type)
      assert.equal(status, 400, name)
      assert.match(body.detail, /PDF, Word document \(\.docx\), HTML, Markdown, text/)
    }
    assert.equal((await uploadDocument(app, tenant, 'noname', 'Plain words', 'text/plain')).status, 200)
    assert.equal((await uploadDocument(app, tenant, 'empty.txt', '')).status, 422)
    const old = await add('alt.txt', Buffer.from('Brötchen und Käse', 'latin1'))
    assert.deepEqual(await found(old.id, ['Käse']), ['Käse'])
    const wide = await add('wide.txt', Buffer.from('\ufeffСыр и хлеб', 'utf16le'))
    assert.deepEqual(await found(wide.id, ['сыр']), ['сыр'])
  })
})
