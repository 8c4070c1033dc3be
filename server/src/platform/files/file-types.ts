import { Mime } from 'mime'
import other from 'mime/types/other.js'
import standard from 'mime/types/standard.js'

const table = new Mime(standard, other)
// What people send, where the registry's first answer is another one.
table.define(
  {
    'text/vcard': ['vcf', 'vcard'],
    'application/vnd.ms-project': ['mpp'],
    'text/x-rust': ['rs'],
    'audio/mpeg': ['mp3'],
    'audio/ogg': ['ogg'],
    'audio/aac': ['aac'],
    'audio/amr': ['amr'],
    'image/tiff': ['tif', 'tiff'],
    'application/x-msdownload': ['exe', 'dll'],
    'application/x-msi': ['msi'],
    'application/x-bat': ['bat', 'cmd'],
    'application/x-powershell': ['ps1'],
    'text/x-python': ['py'],
    'application/hta': ['hta'],
    'application/vnd.sqlite3': ['sqlite', 'sqlite3'],
  },
  true,
)

/** Extensions of names whose type has another usual name. */
const extensionsOf: Readonly<Record<string, string>> = {
  'application/x-zip-compressed': 'zip',
  'application/x-elf': 'elf',
  'audio/mp3': 'mp3',
  'audio/x-m4a': 'm4a',
  'audio/x-wav': 'wav',
  'audio/vnd.wave': 'wav',
  'image/jpg': 'jpg',
  'text/x-vcard': 'vcf',
  'text/xml': 'xml',
}

/** What says no more than that there are bytes; servers and programs fill it in where they know nothing. */
const unsaid = new Set([
  'application/octet-stream',
  'binary/octet-stream',
  'application/binary',
  'application/x-binary',
  'application/unknown',
  'application/x-unknown',
  'unknown/unknown',
  'application/force-download',
  'application/x-force-download',
  'application/download',
  'application/x-download',
  'multipart/form-data',
])

/** Types that a browser does not show but run. */
const run = new Set([
  'text/html',
  'application/html',
  'application/xhtml+xml',
  'application/vnd.wap.xhtml+xml',
  'image/svg+xml',
  'image/svg',
  'application/mathml+xml',
  'text/mathml',
  'application/xslt+xml',
  'text/xsl',
  'application/javascript',
  'application/x-javascript',
  'application/ecmascript',
  'application/x-ecmascript',
  'text/javascript',
  'text/javascript1.0',
  'text/javascript1.1',
  'text/javascript1.2',
  'text/javascript1.3',
  'text/javascript1.4',
  'text/javascript1.5',
  'text/x-javascript',
  'text/ecmascript',
  'text/x-ecmascript',
  'text/jscript',
  'text/livescript',
  'text/vbscript',
  'text/vbs',
  'text/x-component',
  'text/scriptlet',
  'application/hta',
  'application/wasm',
  'application/x-shockwave-flash',
  'application/x-mimearchive',
  'application/x-xpinstall',
  'application/x-chrome-extension',
  'application/x-java-applet',
  'multipart/related',
  'multipart/x-mixed-replace',
])

const typePattern = /^[a-z0-9][a-z0-9!#$&^_.+-]{0,126}\/[a-z0-9][a-z0-9!#$&^_.+-]{0,126}$/

/** A media type in lower case and without parameters; undefined for what is none. */
export function plainType(text: string | undefined): string | undefined {
  const [first = ''] = (text ?? '').split(';')
  const type = first.trim().toLowerCase()
  return typePattern.test(type) ? type : undefined
}

/** Whether a type says anything. */
export function saysSomething(type: string): boolean {
  return !unsaid.has(type)
}

/** Whether browsers run files of a type as programs, or as pages with programs in them. */
export function isRunByBrowsers(type: string): boolean {
  return run.has(type)
}

/** The part of a name that tells programs what the file is, in lower case; undefined where there is none. */
export function extensionOf(name: string): string | undefined {
  const extension = /[^/\\]\.([a-z0-9_+~-]{1,16})$/i.exec(name)?.[1]?.toLowerCase()
  if (extension === undefined) return undefined
  // "Report v1.2" and "2026.06" end with a number, not with an extension.
  return /^[a-z]/.test(extension) || table.getType(extension) !== null ? extension : undefined
}

/** The type of a file by its name's extension; undefined for names without one, and for unknown ones. */
export function typeOfName(name: string | undefined): string | undefined {
  const extension = name === undefined ? undefined : extensionOf(name)
  return extension === undefined ? undefined : (table.getType(extension) ?? undefined)
}

/** The usual extension of a type, without a dot; undefined where there is none. */
export function extensionOfType(type: string): string | undefined {
  if (!saysSomething(type)) return undefined
  return extensionsOf[type] ?? table.getExtension(type) ?? undefined
}
