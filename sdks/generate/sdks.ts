import { type ApiDocument, readModel } from './model.ts'
import { writePython } from './python.ts'
import { writeTypeScript } from './typescript.ts'

/** Everything in the clients that is made from the OpenAPI document: path from the repository's root and text. */
export function generateSdks(document: unknown): Map<string, string> {
  const model = readModel(document as ApiDocument)
  return new Map([
    ...place('sdks/typescript/src', writeTypeScript(model)),
    ...place('sdks/python/src/moltflow', writePython(model)),
  ])
}

function place(folder: string, files: ReadonlyMap<string, string>): [string, string][] {
  return [...files].map(([name, text]) => [`${folder}/${name}`, text])
}
