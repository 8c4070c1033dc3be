import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import { temporaryDirectory } from '../../test/processes.ts'
import { smallDisk, whyNoSmallDisk } from '../../test/small-disk.ts'
import { installationKeyPath, loadInstallationKey } from './installation-key.ts'
import { OperatorError } from './operator-error.ts'

const key = Buffer.alloc(32, 9).toString('base64')
const loader = join(import.meta.dirname, 'installation-key.ts')

suite('the installation key', () => {
  test('is made whole, for its owner alone, and stays the same', async () => {
    await using data = await temporaryDirectory()
    const warnings: string[] = []
    const warn = (sentence: string) => void warnings.push(sentence)
    const made = loadInstallationKey(data.path, warn)
    assert.equal(Buffer.from(made, 'base64').length, 32)
    assert.equal(statSync(installationKeyPath(data.path)).mode & 0o777, 0o600)
    assert.equal(loadInstallationKey(data.path, warn), made)
    assert.deepEqual(readdirSync(data.path), ['installation.key'])
    assert.deepEqual(warnings, [])
  })

  test('two first starts at once make one key', async () => {
    await using data = await temporaryDirectory()
    const script = `import { loadInstallationKey } from ${JSON.stringify(loader)}
      console.log(loadInstallationKey(${JSON.stringify(data.path)}, () => {}))`
    const start = () =>
      execFileSync('sh', [
        '-c',
        `"$0" --input-type=module -e "$1" & "$0" --input-type=module -e "$1" & wait`,
        process.execPath,
        script,
      ])
    const [first, second] = start().toString().trim().split('\n')
    assert.equal(first, second)
    assert.equal(readFileSync(installationKeyPath(data.path), 'utf8').trim(), first)
  })

  const wrong: Record<string, string | Buffer> = {
    'an empty file': '',
    'white space': ' \n\n',
    'half a key': key.slice(0, 20),
    'a key of 31 bytes': Buffer.alloc(31, 9).toString('base64'),
    'a key of 33 bytes': Buffer.alloc(33, 9).toString('base64'),
    words: 'please put the key here',
    'a key with dirt in it': `${key.slice(0, 10)}*!${key.slice(10)}`,
    'zero bytes, as a power cut may leave them': Buffer.alloc(45),
    hexadecimal: Buffer.alloc(32, 9).toString('hex'),
    'a list that ends early': `${key},`,
    binary: Buffer.from([0xff, 0xfe, 0x00, 0x81, 0x9d]),
  }
  for (const [name, content] of Object.entries(wrong)) {
    test(`${name} is refused with a sentence, and left as it is`, async () => {
      await using data = await temporaryDirectory()
      const path = installationKeyPath(data.path)
      writeFileSync(path, content, { mode: 0o600 })
      assert.throws(
        () => loadInstallationKey(data.path, () => {}),
        (error) =>
          error instanceof OperatorError &&
          /holds no installation key.*backup.*linked again/.test(error.message),
      )
      assert.deepEqual(readFileSync(path), Buffer.from(content))
    })
  }

  test('a directory in its place is refused with a sentence', async () => {
    await using data = await temporaryDirectory()
    mkdirSync(installationKeyPath(data.path), { mode: 0o755 })
    assert.throws(() => loadInstallationKey(data.path, () => {}), /cannot be read \(EISDIR\)/)
    assert.equal(statSync(installationKeyPath(data.path)).mode & 0o777, 0o755)
  })

  test('a link that leads nowhere, as to a secret that is not mounted, is refused with a sentence', async () => {
    await using data = await temporaryDirectory()
    symlinkSync(join(data.path, 'secrets', 'key'), installationKeyPath(data.path))
    assert.throws(
      () => loadInstallationKey(data.path, () => {}),
      (error) => error instanceof OperatorError && /cannot be read \(ENOENT\)/.test(error.message),
    )
    assert.deepEqual(readdirSync(data.path), ['installation.key'])
  })

  test('one that others can read is closed to them, and that is told', async () => {
    await using data = await temporaryDirectory()
    const path = installationKeyPath(data.path)
    writeFileSync(path, `${key}\n`)
    for (const mode of [0o644, 0o640, 0o604, 0o666]) {
      chmodSync(path, mode)
      const warnings: string[] = []
      assert.equal(
        loadInstallationKey(data.path, (sentence) => void warnings.push(sentence)),
        key,
      )
      assert.equal(statSync(path).mode & 0o777, 0o600)
      assert.match(warnings.join(), new RegExp(`mode 0${mode.toString(8)}`))
    }
  })

  test('on a full disk none is made, not a part of one either', { skip: whyNoSmallDisk }, async () => {
    await using disk = await smallDisk(1)
    disk.fill()
    assert.throws(() => loadInstallationKey(disk.path, () => {}), /cannot be made: the disk is full/)
    assert.deepEqual(readdirSync(disk.path), ['filler'])
    disk.free()
    assert.equal(
      Buffer.from(
        loadInstallationKey(disk.path, () => {}),
        'base64',
      ).length,
      32,
    )
  })
})
