import { type FileHandle, open } from 'node:fs/promises'

const startBytes = 4096

/** The first 4 KB of a file. */
export async function readStart(path: string): Promise<Buffer> {
  const file = await open(path, 'r')
  try {
    return await readAt(file, 0, startBytes)
  } finally {
    await file.close()
  }
}

async function readAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, position)
  return buffer.subarray(0, bytesRead)
}

/** Whether a beginning is text in any charset: other files have control characters among their first bytes. */
export function looksLikeText(start: Buffer): boolean {
  if (/^(?:\xff\xfe|\xfe\xff)/.test(start.toString('latin1', 0, 2))) return true
  return start.every((byte) => byte >= 0x20 || (byte >= 0x09 && byte <= 0x0d) || byte === 0x1b)
}

/** Names of streams in compound files, by what the files are: they tell what the beginning does not. */
const streams: readonly [name: string, type: string][] = [
  ['WordDocument', 'application/msword'],
  ['Workbook', 'application/vnd.ms-excel'],
  ['Book', 'application/vnd.ms-excel'],
  ['PowerPoint Document', 'application/vnd.ms-powerpoint'],
  ['__properties_version1.0', 'application/vnd.ms-outlook'],
  ['VisioDocument', 'application/vnd.visio'],
]
/** The class of Windows installers. */
const installerClass = Buffer.from('84100c0000000000c000000000000046', 'hex')

const utf16 = (text: string): Buffer => Buffer.from(text, 'utf16le')

/** What a compound file (the container of old Office files) is, by the beginning of its directory. */
export async function compoundType(path: string): Promise<string | undefined> {
  const file = await open(path, 'r')
  try {
    const header = await readAt(file, 0, 512)
    if (header.length < 512) return undefined
    const sectorBytes = header.readUInt16LE(0x1e) === 12 ? 4096 : 512
    const directory = await readAt(file, (header.readUInt32LE(0x30) + 1) * sectorBytes, 4096)
    if (directory.subarray(0x50, 0x60).equals(installerClass)) return 'application/x-msi'
    const entries = Array.from({ length: Math.floor(directory.length / 128) }, (_, index) =>
      directory.subarray(index * 128, index * 128 + 64),
    )
    return streams.find(([name]) => entries.some((entry) => entry.indexOf(utf16(`${name}\0`)) === 0))?.[1]
  } finally {
    await file.close()
  }
}
