import { looksLikeText } from './beginnings.ts'

/** Windows programs, which begin like some tables do: "MZ" is Mozambique, too. */
function isWindowsProgram(start: Buffer): boolean {
  return start.toString('latin1', 0, 2) === 'MZ' && !looksLikeText(start)
}

const machNumbers = new Set([0xfeedface, 0xfeedfacf, 0xcefaedfe, 0xcffaedfe])

/** What a file that begins so is run as; undefined for what no system runs. */
export function executableType(start: Buffer): string | undefined {
  if (start.length < 4) return undefined
  const number = start.readUInt32BE(0)
  if (isWindowsProgram(start)) return 'application/x-msdownload'
  if (number === 0x7f454c46) return 'application/x-elf'
  if (machNumbers.has(number)) return 'application/x-mach-binary'
  // Both macOS programs for several processors and compiled Java begin so: a few processors against a version from 43 on.
  if (number === 0xcafebabe && start.length >= 8) {
    return start.readUInt32BE(4) < 43 ? 'application/x-mach-binary' : 'application/java-vm'
  }
  if (number === 0x6465780a) return 'application/vnd.android.dex'
  if (number === 0x0061736d) return 'application/wasm'
  if (number === 0x4c000000 && start.length >= 8 && start.readUInt32BE(4) === 0x01140200) {
    return 'application/x-ms-shortcut'
  }
  if (/^(?:\xef\xbb\xbf)?#! ?\//.test(start.toString('latin1', 0, 16))) return 'text/x-shellscript'
  return undefined
}

/** Programs in archives: phones and desktops install or run them at a touch. */
export const executableArchives: ReadonlySet<string> = new Set([
  'application/vnd.android.package-archive',
  'application/java-archive',
  'application/x-msi',
])
