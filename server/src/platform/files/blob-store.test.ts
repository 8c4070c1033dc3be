import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { after, before, suite, test } from 'node:test'
import { type BucketServer, openBucketServer } from '../../../test/bucket-server.ts'
import { BlobMissingError } from './blob-backend.ts'
import { type BlobSettings, type BlobStore, createBlobStore } from './blob-store.ts'

let dataDir: string
let server: BucketServer
let count = 0

const secretKey = Buffer.alloc(32, 3).toString('base64')
const settingsOf = (backend: string): BlobSettings => ({
  dataDir,
  secretKey,
  bucket: backend === 'a bucket' ? server.settings : undefined,
})

const nextKey = (): string => {
  count += 1
  return `019c4c2e-6a00-7000-8000-${String(count).padStart(12, '0')}`
}

async function put(store: BlobStore, key: string, content: Buffer) {
  const path = join(dataDir, 'given')
  writeFileSync(path, content)
  return store.put(key, { path, bytes: content.length })
}

suite('blob store', () => {
  before(async () => {
    dataDir = mkdtempSync(join(tmpdir(), 'moltflow-blobs-'))
    server = await openBucketServer()
  })
  after(async () => {
    await server.close()
    rmSync(dataDir, { recursive: true })
  })

  for (const backend of ['files', 'a bucket']) {
    test(`${backend}: what was put comes back, whole and in any range`, async () => {
      const store = createBlobStore(settingsOf(backend))
      for (const size of [1, 65_535, 65_536, 65_537, 1_000_000, 5_242_880]) {
        const [key, content] = [nextKey(), randomBytes(size)]
        const digest = await put(store, key, content)
        const sha256 = createHash('sha256').update(content).digest('hex')
        assert.deepEqual(digest, { bytes: size, sha256 })
        assert.deepEqual(await buffer(await store.get(key, size)), content)
        for (const [start, end] of [
          [0, 0],
          [size - 1, size - 1],
          [Math.floor(size / 3), Math.floor((2 * size) / 3)],
        ] as const) {
          const part = await buffer(await store.get(key, size, { start, end }))
          assert.deepEqual(part, content.subarray(start, end + 1))
        }
      }
    })

    test(`${backend}: replaced as a whole, deleted, and missing afterwards`, async () => {
      const store = createBlobStore(settingsOf(backend))
      const key = nextKey()
      await put(store, key, Buffer.from('first'))
      await put(store, key, Buffer.from('second'))
      assert.equal((await buffer(await store.get(key, 6))).toString(), 'second')
      await store.delete(key)
      await store.delete(key)
      await assert.rejects(store.get(key, 6), BlobMissingError)
    })
  }

  test('files: nothing readable on the disk, for the owner only, no leftovers', async () => {
    const store = createBlobStore(settingsOf('files'))
    const key = nextKey()
    const content = Buffer.from('a very private sentence '.repeat(5000))
    await put(store, key, content)
    const directory = join(dataDir, 'media', key.slice(-2))
    const path = join(directory, key)
    assert.ok(!readFileSync(path).includes('private'))
    assert.equal(statSync(path).mode & 0o777, 0o600)
    assert.equal(statSync(join(dataDir, 'media')).mode & 0o777, 0o700)
    assert.deepEqual(
      readdirSync(directory).filter((name) => name.endsWith('.part')),
      [],
    )
  })

  test('files: a cut, changed or exchanged file is refused', async () => {
    const store = createBlobStore(settingsOf('files'))
    const [one, two] = [nextKey(), nextKey()]
    const content = randomBytes(200_000)
    await put(store, one, content)
    await put(store, two, content)
    const pathOf = (key: string) => join(dataDir, 'media', key.slice(-2), key)
    const original = readFileSync(pathOf(one))
    const refused = async () => assert.rejects(buffer(await store.get(one, content.length)))
    truncateSync(pathOf(one), 65_569)
    await refused()
    const changed = Buffer.from(original)
    changed[100_000] = (changed[100_000] ?? 0) ^ 1
    writeFileSync(pathOf(one), changed)
    await refused()
    writeFileSync(pathOf(one), readFileSync(pathOf(two)))
    await refused()
  })

  test('a bucket: signed by the protocol, sealed, asked again when it is busy, refused with another secret', async () => {
    const store = createBlobStore(settingsOf('a bucket'))
    const key = nextKey()
    server.failNext(503, 1)
    await put(store, key, Buffer.from('a very private sentence'))
    const object = server.objects.get(`/media-bucket/media/${key}`)
    assert.ok(object !== undefined && !object.includes('private'))
    const wrong = createBlobStore({
      ...settingsOf('a bucket'),
      bucket: { ...server.settings, secretAccessKey: 'another' },
    })
    await assert.rejects(put(wrong, nextKey(), Buffer.from('x')), /403/)
  })
})
