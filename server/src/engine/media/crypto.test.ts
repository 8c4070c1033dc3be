import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { encryptFile, expandMediaKey, type FileDigests, openFile, passFile } from './crypto.ts'
import { checkFile } from './download.ts'
import type { MediaPart } from './part.ts'

async function* inPieces(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

async function drain(
  pieces: AsyncGenerator<Buffer, FileDigests>,
): Promise<{ bytes: Buffer; digests: FileDigests }> {
  const parts: Buffer[] = []
  for (;;) {
    const { done, value } = await pieces.next()
    if (done === true) return { bytes: Buffer.concat(parts), digests: value }
    parts.push(value)
  }
}

/** Encrypts and says what a message would of it. */
async function seal(plain: Buffer, pieceBytes = 1000) {
  const mediaKey = randomBytes(32)
  const keys = expandMediaKey(mediaKey, 'document')
  const { bytes, digests } = await drain(encryptFile(inPieces(plain, pieceBytes), keys))
  return {
    sealed: bytes,
    claims: { keys, fileSha256: digests.fileSha256, fileEncSha256: digests.uploadSha256 },
    part: {
      mediaClass: 'document',
      mediaKey,
      directPath: '/file',
      url: undefined,
      fileSha256: digests.fileSha256,
      fileEncSha256: digests.uploadSha256,
    } satisfies MediaPart,
  }
}

/** What a reader gets before the stream ends or fails. */
async function read(pieces: AsyncGenerator<Buffer>): Promise<{ bytes: Buffer; error: unknown }> {
  const parts: Buffer[] = []
  try {
    for await (const piece of pieces) parts.push(piece)
    return { bytes: Buffer.concat(parts), error: undefined }
  } catch (error) {
    return { bytes: Buffer.concat(parts), error }
  }
}

suite('files as they pass', () => {
  test('any bytes in any pieces come out as they went in', async () => {
    const property = fc.asyncProperty(
      fc.uint8Array({ maxLength: 5000 }),
      fc.integer({ min: 1, max: 700 }),
      fc.integer({ min: 1, max: 700 }),
      async (content, pieceIn, pieceOut) => {
        const plain = Buffer.from(content)
        const { sealed, claims } = await seal(plain, pieceIn)
        assert.equal(sealed.length % 16, 10)
        assert.deepEqual(createHash('sha256').update(sealed).digest(), claims.fileEncSha256)
        const { bytes, error } = await read(openFile(inPieces(sealed, pieceOut), claims))
        assert.equal(error, undefined)
        assert.ok(bytes.equals(plain))
      },
    )
    await fc.assert(property, { numRuns: 60 })
  })

  test('a single wrong or missing byte anywhere fails before the end is given out', async () => {
    const plain = randomBytes(4000)
    const { sealed, claims } = await seal(plain)
    const property = fc.asyncProperty(
      fc.integer({ min: 0, max: sealed.length - 1 }),
      fc.integer({ min: 1, max: 255 }),
      fc.integer({ min: 16, max: 5000 }),
      fc.boolean(),
      async (at, change, pieceBytes, isCut) => {
        const wrong = Buffer.from(isCut ? sealed.subarray(0, at) : sealed)
        if (!isCut) wrong[at] = (wrong[at] ?? 0) ^ change
        const { bytes, error } = await read(openFile(inPieces(wrong, pieceBytes), claims))
        assert.match(String(error), /damaged/)
        assert.ok(bytes.length < plain.length)
      },
    )
    await fc.assert(property, { numRuns: 200 })
  })

  test('each of the three checks stands for itself', async () => {
    const plain = randomBytes(100)
    const { sealed, claims } = await seal(plain)
    const other = randomBytes(32)
    const failures = [
      { ...claims, keys: { ...claims.keys, macKey: other } },
      { ...claims, fileEncSha256: other },
      { ...claims, fileSha256: other },
    ]
    for (const wrong of failures) {
      const { bytes, error } = await read(openFile(inPieces(sealed, 64), wrong))
      assert.match(String(error), /damaged/)
      assert.ok(bytes.length < plain.length)
    }
  })

  test('a file of a channel is checked as it is', async () => {
    const plain = randomBytes(300)
    const { bytes, digests } = await drain(passFile(inPieces(plain, 70)))
    assert.ok(bytes.equals(plain))
    assert.deepEqual(digests.uploadSha256, digests.fileSha256)
    const claims = { keys: undefined, fileSha256: digests.fileSha256, fileEncSha256: undefined }
    assert.equal((await read(openFile(inPieces(plain, 70), claims))).error, undefined)
    const wrong = await read(openFile(inPieces(randomBytes(300), 70), claims))
    assert.match(String(wrong.error), /damaged/)
  })
})

suite('a download', () => {
  test('ends with 413 at the first byte too many, whatever anybody says of its size', async () => {
    const plain = randomBytes(50_000)
    const { sealed, part } = await seal(plain)
    const enough = await read(checkFile(inPieces(sealed, 4096), part, 50_000))
    assert.equal(enough.error, undefined)
    assert.ok(enough.bytes.equals(plain))
    const { bytes, error } = await read(checkFile(inPieces(sealed, 4096), part, 49_999))
    assert.equal((error as { code?: string }).code, 'wa_media_too_large')
    assert.ok(bytes.length < 50_000)
  })

  test('tells damage and a broken line apart', async () => {
    const { sealed, part } = await seal(randomBytes(5000))
    const damaged = await read(checkFile(inPieces(sealed.subarray(1), 512), part, 10_000))
    assert.equal((damaged.error as { code?: string }).code, 'wa_media_damaged')
    async function* broken(): AsyncGenerator<Buffer> {
      yield sealed.subarray(0, 100)
      throw new Error('the line broke')
    }
    const cut = await read(checkFile(broken(), part, 10_000))
    assert.equal((cut.error as { code?: string }).code, 'wa_media_unreachable')
  })
})
