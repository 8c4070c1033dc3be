import { readFile, stat } from 'node:fs/promises'
import { Readable } from 'node:stream'
import type { Context } from '../../../context.ts'
import { tenantOf } from '../../../context.ts'
import type { MediaKind, OutboundFile } from '../../../engine/content.ts'
import type { UploadedFile } from '../../../operation.ts'
import { AppError, type ErrorDefinition, validationFailed } from '../../../platform/errors.ts'
import type { FileDigest } from '../../../platform/files/blob-crypto.ts'
import { cleanPathName, nameWithExtension } from '../../../platform/files/file-names.ts'
import { remoteName } from '../../../platform/files/remote-names.ts'
import {
  dropSpool,
  type SpoolFile,
  SpoolTooLargeError,
  spoolPath,
  writeSpool,
} from '../../../platform/files/spool.ts'
import { MediaWorkers } from '../../../platform/media-worker/media-workers.ts'
import type { MediaFacts, MediaRefusal, MediaTask } from '../../../platform/media-worker/task.ts'
import { addressRefused, safeStream } from '../../../platform/outgoing/safe-fetch.ts'
import { defineProcessState } from '../../../platform/process-state.ts'
import { storeFile } from './blobs.service.ts'
import {
  converterMissing,
  fileTooLarge,
  mediaNotFound,
  unreadableFile,
  wrongFileType,
} from './media.schema.ts'

const megabyte = 1024 * 1024

/** Bytes a file of a kind may have. */
export const maxFileBytes: Readonly<Record<MediaKind, number>> = {
  sticker: megabyte,
  gif: 16 * megabyte,
  image: 16 * megabyte,
  video: 16 * megabyte,
  audio: 16 * megabyte,
  voice: 16 * megabyte,
  document: 100 * megabyte,
}

/** Where the file of a send comes from: exactly one of the three. */
export interface MediaSource {
  media_url?: string | undefined
  media_base64?: string | undefined
  upload?: UploadedFile | undefined
  mimetype?: string | undefined
  filename?: string | undefined
}

const workers = defineProcessState(
  ({ clock }: Context) => new MediaWorkers(clock),
  (all) => all.close(),
)

const downloadTimeoutMs = 60_000

function refuseField(field: string, message: string): AppError {
  return new AppError(validationFailed, {
    message: `${field}: ${message}`,
    details: { errors: [{ field, message }] },
  })
}

/** Refuses (422) a request that names no file, or more than one. */
export function requireOneSource(source: MediaSource): void {
  const given = [source.media_url, source.media_base64, source.upload].filter((part) => part !== undefined)
  if (given.length === 1) return
  const message = 'exactly one of media_url, media_base64 and an uploaded file is needed'
  throw refuseField('media_url', message)
}

function tooLarge(maxBytes: number): AppError {
  return fileTooLarge.create({ message: `The file is larger than ${Math.floor(maxBytes / megabyte)} MB` })
}

interface Fetched {
  file: SpoolFile
  fileName: string | undefined
  declaredType: string | undefined
}

function notFound(field: string, message: string, cause?: unknown): AppError {
  return mediaNotFound.create({ message: `${field}: ${message}`, ...(cause === undefined ? {} : { cause }) })
}

function downloadFailure(field: string, error: unknown, maxBytes: number): AppError {
  if (error instanceof SpoolTooLargeError) return tooLarge(maxBytes)
  if (error instanceof AppError && error.code === addressRefused.code) {
    return addressRefused.create({ message: `${field}: ${error.message}`, cause: error })
  }
  if (error instanceof AppError) return error
  const isLate = error instanceof Error && error.name === 'TimeoutError'
  return notFound(
    field,
    isLate ? 'the server did not answer in time' : 'the file could not be downloaded',
    error,
  )
}

async function download(ctx: Context, url: string, maxBytes: number, field = 'media_url'): Promise<Fetched> {
  const options = { allow: ctx.config.outgoingAllow, timeoutMs: downloadTimeoutMs, maxRedirects: 5 }
  try {
    return await safeStream(url, options, async ({ status, headers, body, url: last }) => {
      if (status !== 200) {
        // Leaving the loop cancels the rest.
        for await (const _ of body) break
        throw notFound(field, `the server answered ${status}`)
      }
      if (Number(headers.get('content-length')) > maxBytes) {
        for await (const _ of body) break
        throw tooLarge(maxBytes)
      }
      const file = await writeSpool(ctx.config.dataDir, body, maxBytes)
      const [declaredType] = (headers.get('content-type') ?? '').split(';')
      const disposition = headers.get('content-disposition')
      return { file, fileName: remoteName({ asked: url, answered: last, disposition }), declaredType }
    })
  } catch (error) {
    throw downloadFailure(field, error, maxBytes)
  }
}

const base64Pattern = /^[A-Za-z0-9+/]*={0,2}$/

async function decode(ctx: Context, text: string, maxBytes: number): Promise<Fetched> {
  const prefix = /^data:([^;,]*)(?:;[^;,]*)*;base64,/i.exec(text.slice(0, 500))
  const given = prefix === null ? text : text.slice(prefix[0].length)
  const compact = /\s/.test(given) ? given.replaceAll(/\s+/g, '') : given
  if ((compact.length / 4) * 3 > maxBytes + 3) throw tooLarge(maxBytes)
  if (!base64Pattern.test(compact) || compact.replace(/(?<!=)=+$/, '').length % 4 === 1) {
    throw refuseField('media_base64', 'not valid base64')
  }
  try {
    const file = await writeSpool(
      ctx.config.dataDir,
      Readable.from([Buffer.from(compact, 'base64')], { objectMode: false }),
      maxBytes,
    )
    return { file, fileName: undefined, declaredType: prefix?.[1] }
  } catch (error) {
    throw error instanceof SpoolTooLargeError ? tooLarge(maxBytes) : error
  }
}

async function obtain(ctx: Context, source: MediaSource, maxBytes: number): Promise<Fetched> {
  const { media_url: url, media_base64: base64, upload } = source
  if (url !== undefined) return download(ctx, url, maxBytes)
  if (base64 !== undefined) return decode(ctx, base64, maxBytes)
  if (upload === undefined) throw new Error('the source of a file was not checked')
  if (upload.bytes > maxBytes) throw tooLarge(maxBytes)
  return { file: upload, fileName: upload.fileName, declaredType: upload.mimetype }
}

const refusals: Record<MediaRefusal['refused'], ErrorDefinition> = {
  wrong_type: wrongFileType,
  unreadable: unreadableFile,
  too_large: fileTooLarge,
  needs_ffmpeg: converterMissing,
}

async function inspect(ctx: Context, task: MediaTask): Promise<MediaFacts> {
  const order = { tenantId: tenantOf(ctx), searchPath: ctx.config.searchPath }
  const result = await workers
    .of(ctx)
    .run(task, order)
    .catch((error: unknown) => {
      // It crashed or took too long: with another file it would not have.
      ctx.log.warn({ err: error, kind: task.purpose }, 'a file could not be processed')
      throw unreadableFile.create({
        message: 'The file cannot be read: it is damaged, or reading it takes too much time or memory',
        cause: error,
      })
    })
  if (!('refused' in result)) return result
  const sentence = result.message.charAt(0).toUpperCase() + result.message.slice(1)
  throw refusals[result.refused].create({ message: sentence })
}

/** A conversion may make a file larger than its source. */
async function checkedSize(path: string, maxBytes: number): Promise<number> {
  const { size } = await stat(path)
  if (size > maxBytes) throw tooLarge(maxBytes)
  return size
}

function describe(
  blob: string,
  bytes: number,
  facts: MediaFacts,
  fileName: string | undefined,
): OutboundFile {
  const { mimetype, seconds, width, height, thumbnail, waveform, isAnimated } = facts
  return {
    blob,
    mimetype,
    bytes,
    ...(fileName === undefined ? {} : { fileName }),
    ...(seconds === undefined ? {} : { seconds: Math.round(seconds) }),
    ...(width === undefined ? {} : { width }),
    ...(height === undefined ? {} : { height }),
    ...(thumbnail === undefined ? {} : { thumbnail }),
    ...(waveform === undefined ? {} : { waveform }),
    ...(isAnimated === undefined ? {} : { isAnimated }),
  }
}

/** A file to send that is being kept. */
export interface ReceivedFile {
  file: OutboundFile
  /** Resolves when it would survive a crash; what is answered goes to the file's link. */
  stored: Promise<FileDigest>
}

/** Keeps the file at a path, and has it encrypted at the same time; then drops what is not needed any more. */
async function storeAndPrepare(
  ctx: Context,
  kind: MediaKind,
  file: { id: string; path: string; bytes: number; sha256: string | undefined; mimetype: string },
  drop: () => Promise<void>,
): Promise<FileDigest> {
  const { id: blob, path, bytes, sha256 } = file
  const prepared = ctx.engine.prepareFile({ blob, kind, path, bytes, sha256 })
  try {
    return await storeFile(ctx, tenantOf(ctx), file)
  } finally {
    await prepared
    await drop()
  }
}

/** Gets a file, looks at its bytes and converts it; as `takeFile`. */
async function readIn(
  ctx: Context,
  kind: MediaKind,
  source: MediaSource,
  fetched: Fetched,
  outputPath: string,
) {
  if (fetched.file.bytes === 0) throw unreadableFile.create({ message: 'The file is empty' })
  const name = kind === 'document' ? cleanPathName(source.filename ?? fetched.fileName ?? '') : undefined
  if (kind === 'document' && name === undefined) {
    throw refuseField('filename', 'field required: the file has no name of its own')
  }
  const { file, declaredType } = fetched
  const given = { path: file.path, said: source.mimetype, name, declaredType }
  const maxBytes = maxFileBytes[kind]
  const facts = await inspect(ctx, { ...given, purpose: kind, outputPath, maxBytes })
  const bytes = await checkedSize(facts.path, maxBytes)
  return { facts, bytes, fileName: name === undefined ? undefined : nameWithExtension(name, facts.mimetype) }
}

/**
 * Gets a file, looks at its bytes, converts it where phones need another format, and begins to keep it until it has
 * left. Throws AppErrors: 400 for a file that cannot be had or is of the wrong type, 413 for one that is too large, 422
 * for bad base64 or a document without a name.
 */
export async function receiveFile(ctx: Context, kind: MediaKind, source: MediaSource): Promise<ReceivedFile> {
  const fetched = await obtain(ctx, source, maxFileBytes[kind])
  const outputPath = await spoolPath(ctx.config.dataDir)
  const drop = async () => {
    await dropSpool(outputPath)
    // What was uploaded is removed by whoever received it.
    if (fetched.file.path !== source.upload?.path) await dropSpool(fetched.file.path)
  }
  try {
    const { facts, bytes, fileName } = await readIn(ctx, kind, source, fetched, outputPath)
    const { path, mimetype } = facts
    const id = ctx.ids.uuid()
    const sha256 = path === fetched.file.path ? fetched.file.sha256 : undefined
    const stored = storeAndPrepare(ctx, kind, { id, path, bytes, sha256, mimetype }, drop)
    // Whoever awaits it gets the failure.
    stored.catch(() => {})
    return { file: describe(id, bytes, facts, fileName), stored }
  } catch (error) {
    await drop()
    throw error
  }
}

/** Bytes of a picture that becomes the picture of a channel. */
const maxPortraitBytes = 5 * megabyte

/** The picture at an address as a square JPEG, base64; refused as `receiveFile` does. */
export async function receivePortrait(ctx: Context, url: string): Promise<string> {
  const { file } = await download(ctx, url, maxPortraitBytes, 'picture_url')
  const outputPath = await spoolPath(ctx.config.dataDir)
  try {
    const task = { path: file.path, purpose: 'portrait' as const, outputPath, maxBytes: maxPortraitBytes }
    return await readFile((await inspect(ctx, task)).path, 'base64')
  } finally {
    await dropSpool(outputPath)
    await dropSpool(file.path)
  }
}

/** Bytes of a long talk as small speech. */
const maxSpeechBytes = 24 * megabyte

/** The sound in a file as speech that takes little room; refused as `receiveFile` does. */
export async function convertToSpeech(
  ctx: Context,
  tenantId: string,
  path: string,
): Promise<{ sound: Buffer; mediaType: string }> {
  const outputPath = await spoolPath(ctx.config.dataDir)
  const ofTenant: Context = { ...ctx, caller: { kind: 'system', tenantId } }
  try {
    const task = { path, purpose: 'speech' as const, outputPath, maxBytes: maxSpeechBytes }
    const { path: made, mimetype } = await inspect(ofTenant, task)
    await checkedSize(made, maxSpeechBytes)
    return { sound: await readFile(made), mediaType: mimetype }
  } finally {
    await dropSpool(outputPath)
  }
}
