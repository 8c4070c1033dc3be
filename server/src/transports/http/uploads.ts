import multipart from '@fastify/multipart'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Context } from '../../context.ts'
import type { Operation, UploadedFile } from '../../operation.ts'
import {
  AppError,
  malformedRequest,
  payloadTooLarge,
  unavailable,
  validationFailed,
} from '../../platform/errors.ts'
import { dropSpool, type SpoolFile, SpoolTooLargeError, writeSpool } from '../../platform/files/spool.ts'
import type { FormField } from './form-fields.ts'
import type { Gatekeeper } from './gatekeeper.ts'
import { findUnusable, foreignCharset, refuseCharset } from './request-text.ts'
import { charsetOf, isForm } from './requests.ts'

/** JSON bodies from here on hold much memory, so that only some are read at once. */
const largeBodyBytes = 1024 * 1024
/** Bytes of such bodies at once: two of the largest. Each one takes several times its size while it is read. */
const mostBytesAtOnce = 288 * 1024 * 1024
const maxFieldBytes = 100_000

/** What a multipart request held. */
export interface Form {
  fields: FormField[]
  file: UploadedFile | undefined
}

const admitted = new WeakMap<FastifyRequest, Context>()

/** Lets the routes inside take forms. */
export function acceptForms(http: FastifyInstance): void {
  void http.register(multipart, { throwFileSizeLimit: false })
}

/** Bytes that the body of a request may put into memory; 0 for a form, which goes to the disk piece by piece. */
function bytesInMemory(request: FastifyRequest, maxBodyBytes: number): number {
  if (isForm(request.headers['content-type'])) return 0
  const { 'content-length': length, 'transfer-encoding': encoding } = request.headers
  // Whatever the type says, the body is read; without a length it may be as large as any.
  if (length === undefined) return encoding === undefined ? 0 : maxBodyBytes
  return Math.min(Number(length), maxBodyBytes)
}

/**
 * Admits the caller of an upload before a byte of the body is read, and bounds how much of large bodies is in memory:
 * strangers could fill it otherwise. Returns hooks for the routes of an operation.
 */
export function createEarlyAdmission(gatekeeper: Gatekeeper) {
  const held = new WeakMap<FastifyRequest, number>()
  let taken = 0
  const hold = (request: FastifyRequest, bytes: number) => {
    taken += bytes - (held.get(request) ?? 0)
    held.set(request, bytes)
  }
  return (operation: Operation) => ({
    async onRequest(request: FastifyRequest, reply: FastifyReply): Promise<void> {
      admitted.set(request, await gatekeeper.admit(request, reply, operation))
      const bytes = bytesInMemory(request, operation.maxBodyBytes ?? largeBodyBytes)
      if (bytes <= largeBodyBytes) return
      if (taken + bytes > mostBytesAtOnce) {
        const message = 'Too many large files at once: send them as multipart/form-data, or try again'
        throw unavailable.create({ message, headers: { 'retry-after': '5' } })
      }
      hold(request, bytes)
      const release = () => hold(request, 0)
      reply.raw.once('finish', release).once('close', release)
    },
    /** Now it is known how long a body is that came without a length; one that has gone meanwhile holds nothing. */
    async preHandler(request: FastifyRequest): Promise<void> {
      const { body } = request
      if (Buffer.isBuffer(body) && body.length < (held.get(request) ?? 0)) hold(request, body.length)
    },
  })
}

/** The context of the caller, who was admitted before the body was read. */
export function admittedContext(request: FastifyRequest): Context {
  const ctx = admitted.get(request)
  if (ctx === undefined) throw new Error('a request reached its handler without being admitted')
  return ctx
}

function refuse(field: string, message: string): AppError {
  return validationFailed.create({
    message: `${field}: ${message}`,
    details: { errors: [{ field, message }] },
  })
}

function toAppError(error: unknown): unknown {
  if (error instanceof AppError) return error
  if (error instanceof SpoolTooLargeError) {
    return payloadTooLarge.create({ message: `file: larger than ${error.maxBytes} bytes` })
  }
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  if (code === 'FST_FILES_LIMIT') return refuse('file', 'only one file at a time')
  if (code === 'FST_FIELDS_LIMIT' || code === 'FST_PARTS_LIMIT') {
    return malformedRequest.create({ message: 'The form has too many fields' })
  }
  if (code === 'ENOSPC') return error
  // Whatever else ends a form early: a missing boundary, a connection that broke off.
  return malformedRequest.create({
    message: 'The form is incomplete or not multipart/form-data',
    cause: error,
  })
}

/** The parser replaces bytes that are no UTF-8 and tells nobody: what it puts there is a sign of them. */
function requireText(text: string, what: string): void {
  if (text.includes('\ufffd')) throw malformedRequest.create({ message: `${what} is not valid UTF-8` })
}

async function readParts(
  request: FastifyRequest,
  dataDir: string,
  maxFileBytes: number,
  keep: (file: SpoolFile) => void,
): Promise<Form> {
  const fields: FormField[] = []
  let file: UploadedFile | undefined
  const limits = { files: 1, fields: 40, parts: 41, fieldSize: maxFieldBytes, fileSize: maxFileBytes + 1 }
  for await (const part of request.parts({ limits })) {
    requireText(part.fieldname, 'The name of a field')
    if (part.type === 'field') {
      if (part.valueTruncated === true) throw refuse(part.fieldname, `longer than ${maxFieldBytes} bytes`)
      const value = typeof part.value === 'string' ? part.value : JSON.stringify(part.value)
      requireText(value, part.fieldname)
      if (part.fieldname === '_charset_') refuseCharset(foreignCharset(`;charset=${value}`))
      fields.push({ name: part.fieldname, value })
      continue
    }
    requireText(`${part.filename}${part.mimetype}`, 'The name of the file')
    const [problem] = findUnusable({ file: `${part.filename}${part.mimetype}` })
    if (problem !== undefined) throw refuse(problem.field, `its name ${problem.message}`)
    if (part.fieldname !== 'file') throw refuse(part.fieldname, 'the file belongs into the field "file"')
    const spooled = await writeSpool(dataDir, part.file, maxFileBytes)
    keep(spooled)
    // The parser gives this type to files whose sender names none.
    const mimetype = part.mimetype === 'application/octet-stream' ? undefined : part.mimetype
    file = { ...spooled, fileName: part.filename === '' ? undefined : part.filename, mimetype }
  }
  return { fields, file }
}

/**
 * Reads a form, its file into the data directory; undefined when the request is none. Call `drop` when the answer is
 * out, also after an error. Throws 413 for a file that is too large, 400 for a form that ends early.
 */
export async function readForm(
  request: FastifyRequest,
  dataDir: string,
  maxFileBytes: number,
): Promise<{ form: Form; drop(): Promise<void> } | undefined> {
  if (!request.isMultipart()) return undefined
  refuseCharset(charsetOf(request))
  const paths: string[] = []
  const drop = async () => {
    for (const path of paths) await dropSpool(path)
  }
  try {
    const form = await readParts(request, dataDir, maxFileBytes, ({ path }) => paths.push(path))
    return { form, drop }
  } catch (error) {
    await drop()
    throw toAppError(error)
  }
}
