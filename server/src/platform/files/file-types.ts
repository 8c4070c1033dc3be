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

/** Usual extensions of types that the registry calls otherwise, or does not know: by what detection says, or senders. */
const extensionsOf: Readonly<Record<string, string>> = {
  'application/csv': 'csv',
  'application/eps': 'eps',
  'application/excel': 'xls',
  'application/msexcel': 'xls',
  'application/mspowerpoint': 'ppt',
  'application/ogg': 'ogg',
  'application/postscript': 'ps',
  'application/vnd.android.dex': 'dex',
  'application/vnd.apache.parquet': 'parquet',
  'application/vnd.ms-asf': 'asf',
  'application/vnd.sketchup.skp': 'skp',
  'application/x-csv': 'csv',
  'application/x-deb': 'deb',
  'application/x-elf': 'elf',
  'application/x-esri-shape': 'shp',
  'application/x-google-chrome-extension': 'crx',
  'application/x-gzip': 'gz',
  'application/x-indesign': 'indd',
  'application/x-lz4': 'lz4',
  'application/lzip': 'lz',
  'application/x-lzip': 'lz',
  'application/x-mobipocket-ebook': 'mobi',
  'application/x-ms-regedit': 'reg',
  'application/x-msexcel': 'xls',
  'application/x-msword': 'doc',
  'application/x-pdf': 'pdf',
  'application/x-rar': 'rar',
  'application/x-rpm': 'rpm',
  'application/x-spss-sav': 'sav',
  'application/x-sqlite3': 'sqlite',
  'application/x-zip': 'zip',
  'application/x-zip-compressed': 'zip',
  'application/x-ft-fbx': 'fbx',
  'application/x.autodesk.fbx': 'fbx',
  'application/x.ms.shortcut': 'lnk',
  'application/yaml': 'yaml',
  'application/x-yaml': 'yaml',
  'application/zstd': 'zst',
  'audio/3gpp': '3gp',
  'audio/aiff': 'aiff',
  'audio/ape': 'ape',
  'audio/flac': 'flac',
  'audio/m4a': 'm4a',
  'audio/matroska': 'mka',
  'audio/mp3': 'mp3',
  'audio/quicktime': 'mov',
  'audio/vnd.dolby.dd-raw': 'ac3',
  'audio/vnd.wave': 'wav',
  'audio/wavpack': 'wv',
  'audio/x-m4a': 'm4a',
  'audio/x-mpeg': 'mp3',
  'audio/x-ms-asf': 'wma',
  'audio/x-wav': 'wav',
  'image/icns': 'icns',
  'image/jpg': 'jpg',
  'image/pjpeg': 'jpg',
  'image/x-canon-cr2': 'cr2',
  'image/x-canon-cr3': 'cr3',
  'image/x-fujifilm-raf': 'raf',
  'image/x-nikon-nef': 'nef',
  'image/x-olympus-orf': 'orf',
  'image/x-panasonic-rw2': 'rw2',
  'image/x-png': 'png',
  'image/x-sony-arw': 'arw',
  'image/x-xcf': 'xcf',
  'text/comma-separated-values': 'csv',
  'text/x-csv': 'csv',
  'text/x-markdown': 'md',
  'text/x-shellscript': 'sh',
  'text/x-vcard': 'vcf',
  'text/xml': 'xml',
  'text/yaml': 'yaml',
  'video/avi': 'avi',
  'video/matroska': 'mkv',
  'video/mp1s': 'mpg',
  'video/mp2p': 'mpg',
  'video/quicktime': 'mov',
  'video/vnd.avi': 'avi',
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
  return extensionsOf[type.toLowerCase()] ?? table.getExtension(type) ?? undefined
}
