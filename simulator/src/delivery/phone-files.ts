import { type SentMessage, sentMessagesOf } from '../content/sent-messages.ts'
import { SimulatorError } from '../errors.ts'
import { openFile, sha256 } from '../media/crypto.ts'
import { mediaPartOf } from '../media/part.ts'
import { mediaOf } from '../media/store.ts'
import type { World } from '../world.ts'

/** Records where a file went, so that faults can name who gets it. */
export function recordDestination(world: World, { chat, message }: SentMessage): void {
  const found = mediaPartOf(message)
  const file = found && mediaOf(world).find(found.part.directPath)
  if (file) file.chat ??= chat
}

/** The phone gets the file of a message from the media server, decrypts it and checks it. */
export function fileOf(world: World, id: string): Buffer {
  const found = mediaPartOf(sentMessagesOf(world).get(id)?.message ?? {})
  if (!found) throw new SimulatorError(422, `the message ${id} has no file`, 'id')
  const { part, purpose } = found
  const file = mediaOf(world).find(part.directPath)
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
