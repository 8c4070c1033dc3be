// Builds the dashboard when its sources are newer than what is built. Usage: node dashboard/build/build.ts
import { existsSync, globSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import { build } from 'vite'
import { hashSources, stampFile } from './stamp.mjs'

const output = join(import.meta.dirname, '../dist')
const compressible = /\.(?:js|css|html|svg|json)$/

/** Text is compressed once, here, as small as it gets; the server only chooses. */
function compressAll(): void {
  for (const name of globSync('**/*', { cwd: output })) {
    const path = join(output, name)
    if (!compressible.test(name) || !statSync(path).isFile()) continue
    const bytes = readFileSync(path)
    const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }
    writeFileSync(`${path}.br`, brotliCompressSync(bytes, quality))
    writeFileSync(`${path}.gz`, gzipSync(bytes, { level: 9 }))
  }
}

const wanted = hashSources()
if (!existsSync(stampFile) || readFileSync(stampFile, 'utf8') !== wanted) {
  await build({ configFile: join(import.meta.dirname, '../vite.config.ts'), logLevel: 'warn' })
  compressAll()
  writeFileSync(stampFile, wanted)
}
