import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { AppError } from '../../../platform/errors.ts'
import { checkTemplate, chooseVariant, fillText, renderTemplate } from './templating.service.ts'

const person = (name: string | null, variables: Record<string, unknown> = {}) => ({
  phone: '15550123456',
  name,
  variables,
})

function refusalOf(text: string, known: string[] = [], field?: string): string {
  try {
    checkTemplate(text, known, field)
  } catch (error) {
    assert.ok(error instanceof AppError)
    assert.equal(error.status, 422)
    return error.message
  }
  return ''
}

suite('placeholders', () => {
  test('take the value of the person, else the fallback, else nothing', () => {
    const ann = person('Ann', { city: 'Lyon', Count: 3, paid: false, empty: ' ', list: [1], nothing: null })
    const rows: [string, string][] = [
      ['Hi {{name}}, {{phone}}', 'Hi Ann, +15550123456'],
      ['Hi {{ Name | there }}!', 'Hi Ann!'],
      ['{{city}} {{COUNT}} {{count}} {{paid}}', 'Lyon 3 3 false'],
      ['[{{empty|none}}] [{{list|none}}] [{{nothing|none}}] [{{nothing}}]', '[none] [none] [none] []'],
      ['{{name}}{{name}}', 'AnnAnn'],
      ['{name} {{name', '{name} {{name'],
      ['\\{{name}} is {{name}}', '{{name}} is Ann'],
      ['{{unknown|}} {{unknown|a | b}}', 'a | b'],
    ]
    for (const [text, expected] of rows) assert.equal(renderTemplate(text, ann), expected, text)
    assert.equal(renderTemplate('Hi {{name|there}}', person(null)), 'Hi there')
    assert.equal(renderTemplate('Hi {{name|there}}', person('   ')), 'Hi there')
    assert.equal(renderTemplate('{{name}} hello', person(null)), 'hello')
  })

  test('in values are text: nothing that a value holds is read again', () => {
    const hostile = [
      '$&',
      '$1 $$ $`',
      '{{phone}}',
      '{{name|x}}',
      '\\{{name}}',
      '}}',
      '{{',
      '%s',
      '\\u0041',
      '<b>',
    ]
    for (const name of hostile) {
      assert.equal(
        renderTemplate('<{{name|there}}> <{{city}}>', person(name, { city: name })),
        `<${name}> <${name}>`,
      )
    }
  })

  test('are never filled from what every object has', () => {
    const variables = JSON.parse('{"__proto__": "mine"}')
    for (const name of ['constructor', 'toString', 'hasOwnProperty', 'valueOf']) {
      assert.equal(renderTemplate(`[{{${name}|none}}]`, person('Ann', variables)), '[none]')
      assert.match(refusalOf(`{{${name}}}`), new RegExp(`${name}.*unknown`))
    }
    assert.equal(renderTemplate('{{__proto__}}', person('Ann', variables)), 'mine')
    assert.match(refusalOf('{{__proto__}}'), /__proto__/)
  })

  test('of other scripts and with spaces are names like any other', () => {
    const variables = { 'First Name': 'Zoë', город: 'Казань', prénom: 'Rene' }
    assert.equal(
      renderTemplate('{{first name}} {{ГОРОД}} {{prénom}}', person('x', variables)),
      'Zoë Казань Rene',
    )
    assert.equal(refusalOf('{{first name}} {{ГОРОД}} {{prénom}}', Object.keys(variables)), '')
  })

  test('that are unknown and have no fallback are refused by name, malformed ones too', () => {
    assert.equal(
      refusalOf('Hi {{name}} {{phone}} {{Phone|x}} {{whatever|x}} {{any|}} \\{{x}} {single} }}'),
      '',
    )
    assert.equal(refusalOf('{{City}}', ['city']), '')
    assert.match(refusalOf('Hi {{name}}, {{frist_name}}'), /^message_content: \{\{frist_name\}\} is unknown/)
    assert.match(refusalOf('{{1}}'), /\{\{1\}\}/)
    assert.match(refusalOf('{{x}}', [], 'variants.1'), /^variants\.1: /)
    for (const text of ['{{}}', '{{ }}', '{{name', '{{{name}}}', '{{name|{{phone}}}}', '{{|x}}', 'a {{ b'])
      assert.match(refusalOf(text), /begins no placeholder/, text)
  })

  test('of a hostile text of any length are read in linear time', () => {
    // Of the processor: the machine may be busy with something else.
    const before = process.cpuUsage()
    for (const part of ['{{', '{{a', '{{a|', '\\{{', '{{a|b}', '{{'.padEnd(90, 'x'), '| '])
      renderTemplate(part.repeat(100_000), person('Ann'))
    const { user, system } = process.cpuUsage(before)
    assert.ok((user + system) / 1000 < 2000)
  })
})

suite('a filled text', () => {
  test('of more than 4,096 characters or none is sent to nobody; characters are counted as people do', () => {
    assert.deepEqual(fillText('{{name}}', person('😀'.repeat(4096))), { text: '😀'.repeat(4096) })
    assert.deepEqual(fillText('{{name}}!', person('😀'.repeat(4096))), { skip: 'too_long' })
    assert.deepEqual(fillText(' {{name}}\n', person(null)), { skip: 'empty' })
  })
})

suite('variants', () => {
  test('go to equally many in any rows of recipients, in changing order, and to the same person again', () => {
    for (let count = 2; count <= 10; count += 1) {
      const job = {
        id: 'b1946ac9-2492-4d23-a7e2-0e65b2a1f1a0',
        variants: Array.from({ length: count }, String),
      }
      const chosen = Array.from({ length: 1000 }, (_, position) => chooseVariant(job, position))
      const tally = Map.groupBy(chosen, (index) => index)
      assert.deepEqual(
        [...tally.keys()].sort((a, b) => a - b),
        Array.from({ length: count }, (_, index) => index),
      )
      const sizes = [...tally.values()].map((each) => each.length)
      assert.ok(Math.max(...sizes) - Math.min(...sizes) <= 1)
      assert.deepEqual(
        chosen,
        Array.from({ length: 1000 }, (_, position) => chooseVariant(job, position)),
      )
      const firsts = new Set(chosen.filter((_, position) => position % count === 0))
      assert.equal(firsts.size, count)
    }
    assert.equal(chooseVariant({ id: 'x', variants: null }, 5), 0)
    assert.equal(chooseVariant({ id: 'x', variants: ['one'] }, 5), 0)
  })
})
