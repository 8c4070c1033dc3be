// How much the TypeScript client adds to a page. Usage: node sdks/generate/test/sizes.ts
import { resolve } from 'node:path'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import { rolldown } from 'rolldown'

const entry = resolve(import.meta.dirname, '../../typescript/src/index.ts')

const programs = {
  whole: `export { MoltFlow } from ${JSON.stringify(entry)}`,
  messages: `export { Client, messages } from ${JSON.stringify(entry)}`,
  webhooks: `export { verifyWebhook } from ${JSON.stringify(entry)}`,
}

/** Bytes of a program as it would be sent. */
interface Size {
  minified: number
  gzip: number
  brotli: number
}

/** A program as a page would load it. */
export async function bundleClient(text: string = programs.whole): Promise<string> {
  const plugin = {
    name: 'program',
    resolveId: (id: string) => (id === 'program' ? 'program' : undefined),
    load: (id: string) => (id === 'program' ? text : undefined),
  }
  const bundle = await rolldown({ input: 'program', plugins: [plugin] })
  const { output } = await bundle.generate({ format: 'esm', minify: true })
  await bundle.close()
  return output[0].code
}

/** Bytes of the whole client, of one module of it, and of the verification of webhooks. */
export async function measureClient(): Promise<Record<keyof typeof programs, Size>> {
  const sizes = Object.entries(programs).map(async ([name, text]) => {
    const code = Buffer.from(await bundleClient(text))
    return [
      name,
      {
        minified: code.length,
        gzip: gzipSync(code, { level: 9 }).length,
        brotli: brotliCompressSync(code).length,
      },
    ] as const
  })
  return Object.fromEntries(await Promise.all(sizes)) as Record<keyof typeof programs, Size>
}

if (import.meta.main) console.table(await measureClient())
