import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { after, before, suite, test } from 'node:test'
import { TestClock } from '../../platform/clock.ts'
import { createBlobStore } from '../../platform/files/blob-store.ts'
import { FileThread, FileThreadError } from '../../platform/files/file-thread.ts'
import type { SealedFile } from '../../platform/files/sealed-file.ts'
import { expandMediaKey, openFile } from './crypto.ts'
import type { EncryptedFile, EncryptTask } from './encrypt.ts'
import { PreparedUploads } from './prepared-uploads.ts'
import { MediaSpool } from './spool.ts'

const thread = new FileThread<EncryptTask, EncryptedFile>(new URL('./encrypt-worker.ts', import.meta.url), 1)
const seal = { mediaKey: randomBytes(32), mediaClass: 'document' } as const
let dataDir: string

/** Keeps a file, and says where it is. */
async function keep(key: string, content: Buffer): Promise<SealedFile> {
  const store = createBlobStore({
    dataDir,
    secretKey: Buffer.alloc(32, 5).toString('base64'),
    bucket: undefined,
  })
  const path = join(dataDir, 'given')
  writeFileSync(path, content)
  await store.put(key, { path, bytes: content.length })
  const file = store.locate(key, content.length)
  assert.ok(file !== undefined)
  return file
}

/** What would be uploaded, and what is known of it. */
async function encrypt(file: EncryptTask['file'], how: EncryptTask['seal']) {
  const spool = new MediaSpool()
  try {
    const result = await spool.fill((fd) => thread.run({ file, fd, seal: how }))
    const upload = await buffer(spool.read() as Readable)
    assert.equal(upload.length, spool.bytes)
    assert.deepEqual(Buffer.from(result.uploadSha256), createHash('sha256').update(upload).digest())
    return { result, upload }
  } finally {
    await spool.dispose()
  }
}

suite('encryption of large files', () => {
  before(() => {
    dataDir = mkdtempSync(join(tmpdir(), 'moltflow-encrypt-'))
  })
  after(() => rmSync(dataDir, { recursive: true }))

  for (const size of [262_144, 524_288, 1_048_575, 5_000_000]) {
    test(`${size} bytes: what is uploaded opens to the same file, for channels it is the file`, async () => {
      const content = randomBytes(size)
      const file = await keep(`large-${size}`, content)
      const { result, upload } = await encrypt(file, seal)
      assert.equal(result.fileLength, size)
      const claims = {
        keys: expandMediaKey(seal.mediaKey, seal.mediaClass),
        fileSha256: result.fileSha256,
        fileEncSha256: result.uploadSha256,
      }
      const opened = await buffer(Readable.from(openFile(Readable.from([upload]), claims)))
      assert.ok(opened.equals(content))
      const path = join(dataDir, 'given')
      const sha256 = createHash('sha256').update(content).digest('hex')
      for (const known of [undefined, sha256]) {
        const prepared = await encrypt({ path, sha256: known }, seal)
        assert.deepEqual(prepared, { result, upload })
      }
      const plain = await encrypt(file, undefined)
      assert.ok(plain.upload.equals(content))
      assert.deepEqual(plain.result.fileSha256, plain.result.uploadSha256)
    })
  }

  test('a file prepared ahead is the same file, for one upload of its class, and is forgotten after a minute', async () => {
    const clock = new TestClock()
    const prepared = new PreparedUploads(clock)
    const content = randomBytes(3_000_001)
    const path = join(dataDir, 'coming')
    writeFileSync(path, content)
    const coming = { blob: 'ahead', kind: 'document', path, bytes: content.length } as const
    await prepared.prepare(coming)
    assert.equal(prepared.take('ahead', 'image'), undefined)
    const ready = await prepared.take('ahead', 'document')
    assert.ok(ready !== undefined)
    assert.equal(prepared.take('ahead', 'document'), undefined)
    const keys = expandMediaKey(ready.mediaKey, 'document')
    const claims = {
      keys,
      fileSha256: ready.digests.fileSha256,
      fileEncSha256: ready.digests.uploadSha256,
    }
    const opened = await buffer(Readable.from(openFile(ready.spool.read() as Readable, claims)))
    assert.ok(opened.equals(content))
    await ready.spool.dispose()

    await prepared.prepare(coming)
    clock.advance(61_000)
    assert.equal(prepared.take('ahead', 'document'), undefined)
    // What cannot be prepared is no error: the send itself tells of it.
    await prepared.prepare({ ...coming, path: `${path}-gone` })
    assert.equal(await prepared.take('ahead', 'document'), undefined)
    await prepared.prepare({ ...coming, bytes: 1000 })
    assert.equal(prepared.take('ahead', 'document'), undefined)
  })

  test('a file that is gone, cut or moved is reported as an error', async () => {
    const file = await keep('damaged', randomBytes(1_000_000))
    const refused = (changed: SealedFile, how: { code?: string; message?: RegExp }) =>
      assert.rejects(encrypt(changed, seal), (error: unknown) => {
        assert.ok(error instanceof FileThreadError)
        if (how.message !== undefined) assert.match(error.message, how.message)
        assert.equal(error.code, how.code)
        return true
      })
    await refused({ ...file, path: `${file.path}-gone` }, { code: 'ENOENT' })
    await refused({ ...file, key: 'another' }, { message: /changed, or sealed for another purpose/ })
    truncateSync(file.path, 700_000)
    await refused(file, { message: /shorter/ })
  })
})
