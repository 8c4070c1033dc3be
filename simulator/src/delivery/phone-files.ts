import { SimulatorError } from '../errors.ts'
import { openFile, sha256 } from '../media/crypto.ts'
import { mediaPartOf } from '../media/part.ts'
import type { RememberedMessage, World } from '../world.ts'

/** Notes where a file went, so that faults can name who gets it. */
export function noteDestination(world: World, { chat, message }: RememberedMessage): void {
  const found = mediaPartOf(message)
  const file = found && world.media.find(found.part.directPath)
  if (file) file.chat ??= chat
}

/** The phone gets the file of a message from the media server, decrypts it and checks it. */
export function fileOf(world: World, id: string): Buffer {
  const found = mediaPartOf(world.recall(id)?.message ?? {})
  if (!found) throw new SimulatorError(422, `the message ${id} has no file`, 'id')
  const { part, purpose } = found
  const file = world.media.find(part.directPath)
  if (!file) throw new SimulatorError(404, `the media server does not have the file of ${id}`, 'id')
  try {
    // Files of channels are not encrypted.
    if (!part.mediaKey?.length && part.fileSha256?.length && sha256(file.bytes).equals(part.fileSha256)) {
      return file.bytes
    }
    return openFile(file.bytes, purpose, part)
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new SimulatorError(422, `the file of ${id} cannot be read: ${reason}`, 'id')
  }
}
