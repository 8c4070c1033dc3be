import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { upload } from '../../../../test/forms.ts'
import { createTestApp, type TestApp, type TestTenant } from '../../../../test/harness.ts'

let app: TestApp
let tenant: TestTenant

before(async () => {
  app = await createTestApp()
  tenant = await app.tenant()
})
after(() => app.close())

type Fields = Record<string, string>
type File = Uint8Array | string | undefined

const newList = async () => (await tenant.api.post(201, '/custom-groups', { name: 'Imported' })).id as string
const send = (id: string, file: File, fields: Fields = {}) =>
  upload(app, `/custom-groups/${id}/import`, tenant.token, file, fields)

/** Imports into a new list and answers what came of it with everybody on it as `phone name variables`. */
async function importNew(file: File, fields: Fields = {}) {
  const id = await newList()
  const reply = await send(id, file, fields)
  assert.equal(reply.status, 200, reply.text)
  const { members } = await tenant.api.get(200, `/custom-groups/${id}`)
  const people = members.map((member: { phone: string; name: string | null; variables: object }) => [
    member.phone,
    member.name,
    member.variables,
  ])
  return { ...reply.body, id, people }
}

async function refusal(file: File, fields: Fields = {}, status = 422): Promise<string> {
  const id = await newList()
  const reply = await send(id, file, fields)
  assert.equal(reply.status, status, reply.text)
  assert.equal((await tenant.api.get(200, `/custom-groups/${id}`)).member_count, 0)
  return reply.body.detail
}

const utf16 = (text: string, { isBig = false, mark = '\ufeff' } = {}) => {
  const bytes = Buffer.from(mark + text, 'utf16le')
  return isBig ? bytes.swap16() : bytes
}
const latin = (text: string) => Buffer.from(text, 'latin1')

suite('CSV import', () => {
  test('a file of more columns than anybody has is refused before its rows are read', async () => {
    for (const header of ['tel', 'x'])
      assert.match(
        await refusal(`phone${`,${header}`.repeat(60_000)}\n${'1\n'.repeat(5000)}`),
        /60001 columns/,
      )
  })

  test('takes headers with NUL and characters of two halves, and keeps what can be stored of them', async () => {
    const long = `${'x'.repeat(99)}\u{1f600}`
    const { people } = await importNew(`phone,ci\0ty,${long}\n+15550100125,Ber\0lin,yes\n`)
    assert.deepEqual(people, [['+15550100125', null, { city: 'Berlin', ['x'.repeat(99)]: 'yes' }]])
    for (const name of ['ci\\u0000ty', 'ci\\ud83dty']) {
      const columns = `{"phone":"phone","${name}":"city"}`
      assert.match(await refusal('phone,city\n+15550100126,Bonn\n', { columns }), /columns/)
    }
  })

  test('answers what the contract says, and a second time that everybody is there', async () => {
    const file =
      'phone,name,city\n+15550100123,Ada,Berlin\n15550100124,,\n\n+15550100123,Again,Bonn\nnobody,X,Y\n'
    const first = await importNew(file)
    assert.deepEqual(first.people, [
      ['+15550100123', 'Ada', { city: 'Berlin' }],
      ['+15550100124', null, {}],
    ])
    const { added, duplicates, refused, member_count, delimiter, encoding, refused_count } = first
    assert.deepEqual(
      { added, duplicates, refused, member_count, delimiter, encoding, refused_count },
      {
        added: 2,
        duplicates: 1,
        refused: [{ line: 6, value: 'nobody', reason: 'is no phone number of 7 to 15 digits' }],
        member_count: 2,
        delimiter: ',',
        encoding: 'utf-8',
        refused_count: 1,
      },
    )
    const { body } = await send(first.id, file)
    assert.deepEqual([body.added, body.duplicates, body.member_count], [0, 3, 2])
  })

  test('takes back what the export wrote, formulas, values and all', async () => {
    const members = [
      { phone: '15550100125', name: '=1+1', variables: { zip: '04101', note: 'a "b", c' } },
      { phone: '15550100126', name: 'Zoë', variables: { zip: '-1' } },
    ]
    const { id } = await tenant.api.post(201, '/custom-groups', { name: 'Out', members })
    const { text } = await tenant.api.call('GET', `/custom-groups/${id}/export/csv`)
    const { people, refused } = await importNew(text)
    assert.deepEqual(refused, [])
    assert.deepEqual(
      people,
      members.map(({ phone, name, variables }) => [`+${phone}`, name, variables]),
    )
  })

  test('finds the delimiter: by the header and most rows, not by what stands inside cells', async () => {
    const files: [file: string, delimiter: string][] = [
      ['Name;Telefon;Ort\nMüller, Anna;+4915123456789;Köln, Deutz\nB;+4915123456788;Bonn\n', ';'],
      // TablePress #198: the header has one delimiter less than the rows, and two rows have commas.
      ['Telefon;Name\n+4915123456789;Müller, Anna, Dr.;\n+4915123456788;B, C, D;\n', ';'],
      ['Name\tPhone\nA, B\t+15550100123\nC; D\t+15550100124\n', '\t'],
      ['name|phone\nA|+15550100123\nB|+15550100124\n', '|'],
      ['phone\n+15550100123\n+15550100124\n', ','],
      ['"phone";"name"\n"+15550100123";"a;b,c"\n"+15550100124";"d,e"\n', ';'],
      ['sep=;\r\nname;phone\r\nA;+15550100123\r\nB;+15550100124\r\n', ';'],
      ['sep=\t\nname\tphone\nA,B\t+15550100123\nB\t+15550100124\n', '\t'],
      ['Name,Telefon\nA,+4915123456789\nB;C;D,+4915123456788\n', ','],
    ]
    for (const [file, delimiter] of files) {
      const { added, refused, delimiter: found } = await importNew(file)
      assert.deepEqual([added, refused, found], [2, [], delimiter], file)
    }
    const { people } = await importNew('phone#name\n+15550100123#A,B;C\n', { delimiter: '#' })
    assert.deepEqual(people, [['+15550100123', 'A,B;C', {}]])
    assert.equal((await importNew('phone\tname\n+15550100123\t\n', { delimiter: 'tab' })).delimiter, '\t')
  })

  test('finds the encoding, so that names and the first header stay whole (owncloud/contacts #785, sensei 3365)', async () => {
    const text = 'phone;name\n+15550100123;Zoë Müller\n+15550100124;Łukasz Иван\n'
    const western = 'phone;name\n+15550100123;Zoë Müller €\n'.replace('€', '\x80')
    const files: [file: Uint8Array | string, encoding: string, names: string[]][] = [
      [text, 'utf-8', ['Zoë Müller', 'Łukasz Иван']],
      [`\ufeff${text}`, 'utf-8', ['Zoë Müller', 'Łukasz Иван']],
      [utf16(text), 'utf-16le', ['Zoë Müller', 'Łukasz Иван']],
      [utf16(text, { isBig: true }), 'utf-16be', ['Zoë Müller', 'Łukasz Иван']],
      [utf16(text, { mark: '' }), 'utf-16le', ['Zoë Müller', 'Łukasz Иван']],
      [latin(western), 'windows-1252', ['Zoë Müller €']],
      [utf16('sep=;\nphone;name\n+15550100123;Zoë\n'), 'utf-16le', ['Zoë']],
    ]
    for (const [file, encoding, names] of files) {
      const { people, encoding: found } = await importNew(file)
      assert.deepEqual([found, people.map((person: unknown[]) => person[1])], [encoding, names])
    }
    const cyrillic = Buffer.from([...latin('phone,name\n+15550100123,'), 0xc8, 0xe2, 0xe0, 0xed])
    const given = await importNew(cyrillic, { encoding: 'cp1251' })
    assert.deepEqual([given.encoding, given.people[0][1]], ['windows-1251', 'Иван'])
  })

  test('a broken character refuses its line and leaves the others as they are (pimcore/data-importer #466)', async () => {
    const file = Buffer.concat([
      Buffer.from('phone,name,note\n+15550100123,Zoë,\n+15550100124,Br'),
      Buffer.from([0xff, 0x0a]),
      Buffer.from('+15550100125,Größe,\n+15550100126,Ada,x'),
    ])
    const { people, refused, encoding } = await importNew(file)
    assert.equal(encoding, 'utf-8')
    assert.deepEqual(
      people.map((person: unknown[]) => person[1]),
      ['Zoë', 'Größe', 'Ada'],
    )
    assert.deepEqual([refused[0].line, refused[0].reason], [3, 'has characters that are not utf-8'])
  })

  test('knows the address books people export, in many languages (owncloud/contacts #785, #810, #818)', async () => {
    const google =
      'First Name,Middle Name,Last Name,Labels,E-mail 1 - Label,E-mail 1 - Value,Phone 1 - Label,Phone 1 - Value,Phone 2 - Label,Phone 2 - Value\n' +
      'Ada,,Lovelace,* myContacts,,ada@example.com,Mobile,+1 555-010-0123,,\n' +
      'Ben,,,,,,Mobile,+1 555-010-0124 ::: +1 555-010-0125,,\n' +
      'Cleo,,,,,,,,Work,+1 555-010-0126\n' +
      'Dan,,,,,,,,,\n'
    const { people, refused } = await importNew(google)
    assert.deepEqual(
      people.map(([phone, name]: string[]) => [phone, name]),
      [
        ['+15550100123', 'Ada Lovelace'],
        ['+15550100126', 'Cleo'],
      ],
    )
    assert.deepEqual(people[0][2], {
      'First Name': 'Ada',
      'Last Name': 'Lovelace',
      Labels: '* myContacts',
      'E-mail 1 - Value': 'ada@example.com',
    })
    assert.deepEqual(refused, [
      { line: 3, value: '+1 555-010-0124 ::: +1 555-010-0125', reason: 'has more than one number' },
      { line: 5, value: '', reason: 'has no number' },
    ])
    const headers: [header: string, row: string, name: string][] = [
      ['Vorname;Name;Handynummer', 'Anna;Müller;+15550100123', 'Anna Müller'],
      ['Name;Surname;Mobile Phone', 'Ada;Lovelace;+15550100123', 'Ada Lovelace'],
      ['Nombre;Apellidos;Teléfono', 'Ana;García;+15550100123', 'Ana García'],
      ['Nom complet;Prénom;Nom de famille;TÉLÉPHONE', 'Zoé B;Zoé;B;+15550100123', 'Zoé B'],
      ['ФИО;Номер телефона', 'Иван;+15550100123', 'Иван'],
      ['姓名;手机号', '王小明;+15550100123', '王小明'],
      ['שם;טלפון נייד', 'דנה;+15550100123', 'דנה'],
      ['full_name;phone_number', 'Ada;+15550100123', 'Ada'],
      ['Phone;Mobile;Name', '+15550100999;+15550100123;Ada', 'Ada'],
    ]
    for (const [header, row, name] of headers) {
      const read = await importNew(`${header}\n${row}\n`)
      assert.deepEqual(read.people[0]?.slice(0, 2), ['+15550100123', name], header)
    }
  })

  test('reads the columns that are named, by header or number, and files without a header', async () => {
    const file = 'Kunde;Mobil privat;Mobil Arbeit;Ort;Notiz\nAda;;+15550100123;Berlin;x\n'
    const columns = { phone: 'Mobil Arbeit', name: 'kunde', city: 'Ort' }
    const byName = await importNew(file, { columns: JSON.stringify(columns) })
    assert.deepEqual(byName.people, [['+15550100123', 'Ada', { city: 'Berlin' }]])
    const nested = { phone: 3, name: 1, variables: { city: 4 } }
    assert.deepEqual((await importNew(file, { columns: JSON.stringify(nested) })).people, byName.people)
    const bare = 'Ada;+15550100123\nBen;+15550100124\n'
    const expected = [
      ['+15550100123', 'Ada', {}],
      ['+15550100124', 'Ben', {}],
    ]
    assert.deepEqual((await importNew(bare)).people, expected)
    assert.deepEqual((await importNew(bare, { columns: '{"phone":2,"name":1}' })).people, expected)
    const said = await refusal(file, { columns: '{"phone":"Telefon"}' })
    assert.match(said, /^columns\.phone: .*Telefon.*"Mobil Arbeit"/)
    assert.match(await refusal(file, { columns: '{"phone":6}' }), /^columns\.phone: .*5 columns/)
    assert.match(await refusal(file, { columns: '{"name":"Kunde"}' }), /^columns\.phone/)
    assert.match(await refusal(file, { columns: 'Kunde' }), /^columns/)
    assert.match(await refusal(file, { columns: '["Kunde"]' }), /^columns/)
    assert.match(await refusal(file, { columns: '{"phone":3,"{{x}}":1}' }), /^columns\./)
    assert.match(await refusal('a,b\nx,y\n'), /^columns: .*"a", "b"/)
  })

  test('numbers of a country need it, and nothing is refused without its line and reason (BulkGate #7, coopcycle #3579)', async () => {
    const file =
      'phone,name\n0151 23456789,A\n+15550100123,B\n"(0151) 23456780",C\n5.51199E+12,D\n15550100124.0,E\n'
    const bare = await importNew(file)
    assert.deepEqual(
      bare.people.map(([phone]: string[]) => phone),
      ['+15550100123', '+15550100124'],
    )
    assert.deepEqual(
      bare.refused.map(({ line }: { line: number }) => line),
      [2, 4, 5],
    )
    for (const index of [0, 1]) assert.match(bare.refused[index].reason, /default_country/)
    assert.match(bare.refused[2].reason, /spreadsheet/)
    const german = await importNew(file, { default_country: 'de' })
    assert.deepEqual(german.people.map(([phone]: string[]) => phone).slice(0, 3), [
      '+4915123456789',
      '+15550100123',
      '+4915123456780',
    ])
    assert.match(await refusal(file, { default_country: 'Germany' }), /^default_country/)
    assert.match(await refusal(file, { default_country: 'XX' }), /^default_country/)
  })

  test('lines count as in the file: breaks in cells, empty lines, every kind of line end', async () => {
    const file =
      'phone,name,note\r\n+15550100123,A,"two\r\nlines"\r\n\r\nx1,B,\r\n+15550100124,C,"a\nb\nc"\nx2,D,\rx3,E,\n\n  ,,\nx4,F,'
    const { refused, people } = await importNew(file)
    assert.deepEqual(
      refused.map(({ line, value }: { line: number; value: string }) => [line, value]),
      [
        [5, 'x1'],
        [9, 'x2'],
        [10, 'x3'],
        [13, 'x4'],
      ],
    )
    assert.deepEqual(people[0][2], { note: 'two lines' })
    const named = await importNew('sep=,\nphone\nx1\n')
    assert.equal(named.refused[0].line, 3)
  })

  test('a stray quotation mark or delimiter never takes other people with it in silence', async () => {
    const stray = await importNew(
      'phone,name,city\n+15550100123,"Ada,Berlin\n+15550100124,Ben,"Bonn"\n+15550100125,Cleo,Ulm\n',
    )
    assert.deepEqual(
      stray.people.map(([phone]: string[]) => phone),
      ['+15550100125'],
    )
    assert.match(stray.refused[0].reason, /quotation mark.*lines 2 to 3/)
    const more = await importNew('phone,name\n+15550100123,Miller, Bob\n+15550100124,Ben,\n')
    assert.deepEqual([more.added, more.refused[0].line], [1, 2])
    assert.match(more.refused[0].reason, /more than 2 cells/)
    const inches = await importNew('phone,name\n+15550100123,Bob "the" Builder\n+15550100124, "Ben, Jr."\n')
    assert.deepEqual(
      inches.people.map((person: unknown[]) => person[1]),
      ['Bob "the" Builder', 'Ben, Jr.'],
    )
    assert.match(
      await refusal('phone,name\n+15550100123,A\n+15550100124,"B\n'),
      /^file: .*quotation mark.*line 3/,
    )
    const endless = `phone,name\n+15550100123,"${'x'.repeat(300_000)}\n${'y\n'.repeat(50_000)}`
    assert.match(await refusal(endless), /^file: .*quotation mark/)
  })

  test('values stay text: zeros in front, formulas and guards of spreadsheets are read back (noptin #602)', async () => {
    const file = 'phone,zip,sum,id,Name\n+15550100123,04101,\'=1+1,"=""007""",\'+Ada\n'
    const { people } = await importNew(file)
    assert.deepEqual(people, [['+15550100123', '+Ada', { zip: '04101', sum: '=1+1', id: '007' }]])
  })

  test('what is too long for one person refuses that line; too many kinds of values refuse the file', async () => {
    const long = await importNew(
      `phone,name,note\n+15550100123,${'n'.repeat(256)},\n+15550100124,A,${'v'.repeat(1001)}\n`,
    )
    assert.deepEqual(
      long.refused.map(({ reason }: { reason: string }) => /name|"note"/.exec(reason)?.[0]),
      ['name', '"note"'],
    )
    const many = Array.from({ length: 101 }, (_, at) => `v${at}`)
    assert.match(await refusal(`phone,${many}\n+15550100123,${many}\n`), /^columns: .*100/)
    const empty = await importNew(`phone,${many}\n+15550100123,x${','.repeat(100)}\n`)
    assert.deepEqual(empty.people[0][2], { v0: 'x' })
    const hostile = await importNew('phone,constructor,__proto__,{{name}}\n+15550100123,a,b,c\n')
    assert.equal(hostile.added, 1)
    assert.equal(hostile.people[0][2].constructor, 'a')
  })

  test('says what is no CSV, and refuses what is missing, unknown or another tenant’s', async () => {
    const id = await newList()
    assert.match(await refusal('PK\x03\x04xl/workbook.xml'), /^file: .*spreadsheet/)
    assert.match(await refusal('%PDF-1.7'), /^file: .*PDF/)
    assert.match(await refusal('BEGIN:VCARD\nTEL:1\n'), /^file: .*contact cards/)
    assert.match(await refusal(''), /^file: is empty/)
    assert.match(await refusal('\n\n \n'), /^file: is empty/)
    assert.match(await refusal(undefined), /^file: field required/)
    assert.match(await refusal('phone\n', { encoding: 'klingon' }), /^encoding/)
    assert.match(await refusal('phone\n', { delimiter: 'x' }), /^delimiter/)
    assert.match(await refusal('phone\n', { delimiter: ',;' }), /^delimiter/)
    assert.match((await tenant.api.post(422, `/custom-groups/${id}/import`, {})).detail, /^file/)
    assert.equal((await importNew('phone,name\n')).added, 0)
    const both = await send(id, 'phone\n', { csv: 'phone\n' })
    assert.deepEqual([both.status, both.body.errors[0].field], [422, 'csv'])
    const text = await tenant.api.post(200, `/custom-groups/${id}/import`, {
      csv: 'phone,name\n+15550100123,Zoë\n',
    })
    assert.deepEqual([text.added, text.encoding], [1, 'utf-8'])
    const other = await app.tenant()
    assert.equal((await upload(app, `/custom-groups/${id}/import`, other.token, 'phone\n')).status, 404)
    assert.equal((await send('nonsense', 'phone\n')).status, 404)
    const member = await tenant.apiWith(['custom-groups:read'])
    const refused = await member.call('POST', `/custom-groups/${id}/import`, { body: {} })
    assert.deepEqual([refused.status, refused.headers['x-required-scopes']], [403, 'custom-groups:manage'])
  })

  test('of many lines tells the first 10,000 refusals and counts the others; two imports at once add everybody once', async () => {
    const id = await newList()
    const lines = Array.from({ length: 12_000 }, (_, at) =>
      at % 2 === 0 ? `+1556${String(at).padStart(7, '0')},P${at}` : `x${at},P${at}`,
    )
    const file = `phone,name\n${lines.join('\n')}\n`
    const bad = `phone\n${Array.from({ length: 10_500 }, (_, at) => `y${at}`).join('\n')}\n`
    const [one, two, three] = await Promise.all([send(id, file), send(id, file), send(id, bad)])
    assert.deepEqual(
      [one.body.added + two.body.added, one.body.duplicates + two.body.duplicates],
      [6000, 6000],
    )
    assert.deepEqual([three.body.refused.length, three.body.refused_count], [10_000, 10_500])
    assert.equal(three.body.refused[9_999].line, 10_001)
    assert.equal((await tenant.api.get(200, `/custom-groups/${id}`)).member_count, 6000)
  })

  test('a list that is deleted meanwhile ends the import with 404 and keeps nobody', async () => {
    const id = await newList()
    const rows = Array.from({ length: 15_000 }, (_, at) => `+1557${String(at).padStart(7, '0')}`)
    const importing = send(id, `phone\n${rows.join('\n')}\n`)
    for (;;) {
      const { member_count: count } = await tenant.api.get(200, `/custom-groups/${id}`)
      if (count > 0) break
    }
    await tenant.api.delete(200, `/custom-groups/${id}`)
    assert.equal((await importing).status, 404)
    await app.runJobs()
    const { rows: left } = await app.app.ctx.db.pool.query(
      `SELECT count(*)::int AS total FROM custom_group_members WHERE group_id = '${id}'`,
    )
    assert.equal(left[0].total, 0)
  })
})
