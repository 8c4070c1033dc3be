import { isRunByBrowsers, plainType, saysSomething, typeOfName } from '../files/file-types.ts'
import { compoundType, looksLikeText, readStart } from './beginnings.ts'
import { executableArchives, executableType } from './executables.ts'
import type { MediaFacts, MediaTask } from './task.ts'

/** Types of texts that are told by how they begin. */
const textTypes = /^(?:application\/(?:xml|pdf|rtf|postscript|pgp-encrypted)|text\/(?:vcard|calendar))$/

/** What the bytes say where nobody else does. Texts begin with anything, so that a few letters prove nothing. */
function guess(type: string | undefined, start: Buffer): string {
  if (!looksLikeText(start)) return type ?? 'application/octet-stream'
  return type !== undefined && textTypes.test(type) ? type : 'text/plain'
}

/**
 * A document is sent whatever it is. Its type is what the sender says: by the type given, the extension of the name, or
 * what came with the file. The bytes decide where nobody says anything, where they are a program, and where what is said
 * would be run by a browser.
 */
export async function processDocument(task: MediaTask, detected: string | undefined): Promise<MediaFacts> {
  const { path, said, name, declaredType } = task
  const start = await readStart(path)
  const type = detected === 'application/x-cfb' ? ((await compoundType(path)) ?? detected) : detected
  const named = typeOfName(name)
  const told = [plainType(said), named, plainType(declaredType)].find(
    (one) => one !== undefined && (saysSomething(one) || one === named),
  )
  const program = executableType(start)
  if (program !== undefined) return { path, mimetype: program }
  if (type !== undefined && executableArchives.has(type)) {
    // A signed Android app begins like a Java one; whoever says that it is a program may say which.
    return { path, mimetype: told !== undefined && executableArchives.has(told) ? told : type }
  }
  if (told === undefined) return { path, mimetype: guess(type, start) }
  if (!isRunByBrowsers(told)) return { path, mimetype: told }
  const found = guess(type, start)
  return { path, mimetype: found === 'application/xml' || isRunByBrowsers(found) ? 'text/plain' : found }
}
