import type { Finding, ScannedText } from './detectors.schema.ts'
import { matchesOf } from './matches.ts'

/** Keys that say by their form whose they are. Every part is bounded, so that no text makes them slow. */
const namedKeys = new RegExp(
  [
    'A(?:KIA|SIA|GPA|IDA|ROA|NPA|NVA)[A-Z2-7]{16}(?![A-Za-z0-9])',
    'AIza[\\w-]{35}(?![\\w-])',
    'GOCSPX-[\\w-]{28}(?![\\w-])',
    'gh[pousr]_[A-Za-z0-9]{36,255}',
    'github_pat_\\w{22,255}',
    'glpat-[\\w-]{20,64}',
    'xox[abeoprs]-[A-Za-z0-9-]{10,250}',
    'xapp-\\d-[A-Za-z0-9-]{20,250}',
    '(?:sk|rk)_(?:live|test)_[A-Za-z0-9]{16,250}',
    'whsec_[A-Za-z0-9+/=]{24,100}',
    'sk-(?:ant|proj|svcacct|admin|or)-[\\w-]{20,250}',
    'sk-(?=[A-Za-z]{0,60}\\d)[A-Za-z0-9]{32,100}(?![\\w-])',
    'gsk_[A-Za-z0-9]{40,100}',
    'xai-[A-Za-z0-9]{40,120}',
    'r8_[A-Za-z0-9]{37}(?!\\w)',
    'SG\\.[\\w-]{22}\\.[\\w-]{43}(?![\\w-])',
    'SK[0-9a-f]{32}(?!\\w)',
    'key-[0-9a-f]{32}(?!\\w)',
    'npm_[A-Za-z0-9]{36}(?!\\w)',
    'pypi-AgE[\\w-]{50,250}',
    '\\d{8,10}:AA[\\w-]{33}(?![\\w-])',
    'hf_[A-Za-z]{34}(?!\\w)',
    'do[opr]_v1_[0-9a-f]{64}(?!\\w)',
    'shp(?:at|ca|pa|ss)_[0-9a-fA-F]{32}(?!\\w)',
    'sq0(?:atp|csp)-[\\w-]{22,43}',
    'lin_api_[A-Za-z0-9]{40}(?!\\w)',
    'ntn_[A-Za-z0-9]{40,60}',
    'dapi[0-9a-f]{32}(?!\\w)',
    'PMAK-[0-9a-f]{24}-[0-9a-f]{34}',
    'mf_[\\w-]{24,120}',
    'AccountKey=[A-Za-z0-9+/]{86}==',
    'sntrys_[A-Za-z0-9+/=_-]{40,250}',
    'gl(?:sa|c|agent|rt|dt|ft|imt)_[A-Za-z0-9+/=_-]{24,250}',
    'dckr_(?:pat|oat)_[\\w-]{24,64}',
    'rzp_(?:live|test)_[A-Za-z0-9]{14,32}',
    'pplx-[A-Za-z0-9]{40,80}',
    'sb[ps]_[0-9a-z_]{32,80}',
    'xkeysib-[0-9a-f]{64}-[A-Za-z0-9]{16}',
    'NR(?:AK|AL|II|JS|RA)-[A-Z0-9a-f]{19,42}',
    '[0-9a-f]{32}-us\\d{1,2}(?!\\w)',
    'pat[A-Za-z0-9]{14}\\.[0-9a-f]{64}',
    'secret_(?=[A-Za-z0-9]{0,42}\\d)[A-Za-z0-9]{43}(?!\\w)',
    '[A-Za-z0-9]{14}\\.atlasv1\\.[\\w-]{60,70}',
    'hv[sbr]\\.[\\w-]{24,250}',
    'hooks\\.slack\\.com/services/T\\w{6,14}/B\\w{6,14}/\\w{16,32}',
  ]
    .map((form) => `(?<![A-Za-z0-9_])${form}`)
    .join('|'),
  'g',
)

/** The way vendors write new kinds of keys: who it is for, and a long lot of letters and digits. */
const prefixedKey =
  /(?<![A-Za-z0-9_./=-])(?!(?:commit|build|sha|md5|file|img|image|video|order|req|request|trace|run|job|session|sess|id|uuid|hash|etag|rev|ref|msg|cus|evt|pi|tx)[_-])[a-z]{2,8}[_-](?:[a-z]{2,6}[_-]){0,2}([A-Za-z0-9]{28,200})(?![A-Za-z0-9_-])/g

const tokenForms = new RegExp(
  [
    '(?<![\\w-])eyJ[\\w-]{8,2000}\\.eyJ[\\w-]{8,4000}\\.[\\w-]{8,1000}',
    '(?<![\\w-])EAA[A-Za-z0-9]{80,300}(?![\\w-])',
    '(?<![\\w/])1//0[\\w-]{40,200}',
    '(?<![\\w-])[\\w-]{20,24}:APA91b[\\w-]{100,200}',
    '(?<![\\w-])ya29\\.[\\w-]{20,400}',
    '(?<![\\w-])[MNO][\\w-]{23,27}\\.[\\w-]{6}\\.[\\w-]{27,40}(?![\\w-])',
  ].join('|'),
  'g',
)

const keyWords =
  "api[ _-]?keys?|apikeys?|api[ _-]?secret|secret[ _-]?key|client[ _-]?secret|access[ _-]?key(?:[ _-]?id)?|aws_secret_access_key|app[ _-]?secret|webhook[ _-]?secret|consumer[ _-]?(?:secret|key)|signing[ _-]?secret|encryption[ _-]?key|clave (?:de )?(?:la )?api|chave (?:da |de )?api|cl[eé] (?:d['’])?api|api-schl[uü]ssel|chiave api|api-sleutel|klucz api|ключ api|api-ключ|api密钥|apiキー|api 키|מפתח api|مفتاح api"
/** What is called an API something, or a something of an API, in whatever language. */
const apiWords =
  "api[ _-]?(?!token)\\p{L}{2,20}|\\p{L}{2,20}(?: \\p{L}{1,4})? api|\\p{L}{2,20} (?:d['’]|de l['’])api"
const tokenWords =
  "(?:[\\p{L}]{2,16})?token(?:[ _-]?(?:de|di|d)[ '’][\\p{L}]{4,10})?(?: for \\p{L}{1,12})?|access[ _-]?token|refresh[ _-]?token|auth(?:entication|orization)?[ _-]?token|session[ _-]?token|id[ _-]?token|bearer[ _-]?token|api[ _-]?token|personal access token|jeton(?: d['’][\\p{L}]{4,10})?|токен(?: [\\p{L}]{4,12})?|(?:访问|訪問|存取|更新)?令牌|(?:アクセス)?トークン|(?:액세스 ?)?토큰"
const between =
  '["\'`]?\\s{0,3}(?:[:=：]|=>|\\bis\\b:?|\\bes\\b:?|\\bist\\b:?|\\best\\b:?|(?<![\\p{L}])é(?![\\p{L}]):?|(?<![\\p{L}])è(?![\\p{L}]):?|(?<![\\p{L}])(?:er|är|jest|je|este|on|adalah|olarak)(?![\\p{L}])|是|は|은|는|→|->)\\s{0,3}["\'`]?'

const namedKeyValue = new RegExp(`(?<![\\p{L}])(?:${keyWords})${between}([A-Za-z0-9_\\-/+=.]{16,200})`, 'giu')
const apiKeyValue = new RegExp(
  `(?<![\\p{L}])(?:${apiWords})${between}((?=[A-Za-z0-9_-]{0,199}\\d)[A-Za-z0-9_-]{20,200})`,
  'giu',
)
const namedTokenValue = new RegExp(
  `(?<![\\p{L}])(?:${tokenWords})${between}([A-Za-z0-9_\\-/+=.~]{16,2000})`,
  'giu',
)
/** What is called a key and is written like one, however short: the samples that everybody tries are. */
const shortKeyValue = new RegExp(
  `(?<![\\p{L}])(?:${keyWords})${between}((?=[A-Za-z0-9_\\-]{0,40}\\d)(?:(?:sk|pk|rk)[-_][A-Za-z0-9_-]{3,40}|(?=[A-Za-z0-9]{0,40}[A-Za-z])[A-Za-z0-9]{8,40}))(?![\\w-])`,
  'giu',
)
const anyKeyValue = new RegExp(`(?<![\\p{L}])key${between}((?:sk|rk)[-_][A-Za-z0-9_-]{4,200})`, 'giu')
const bearerValue =
  /\b(?:bearer|basic|authorization: ?[a-z]{3,12}):?\s{1,3}([A-Za-z0-9._~+/-]{16,2000}={0,2})/gi
const bareKeyValue =
  /(?<![\p{L}])(?:api[ _-]?keys?|apikeys?|secret[ _-]?key|client[ _-]?secret|consumer[ _-]?(?:secret|key)|app[ _-]?secret)[ \t]{1,2}([A-Za-z0-9_-]{24,200})/giu
const bareTokenValue = /(?<![\p{L}])(?:[a-z]{2,12}[ _-])?token[ \t]{1,2}([A-Za-z0-9_-]{28,400})(?![\w-])/giu
/** What browsers keep to be let in again. */
const cookieValue =
  /(?:(?:session[_-]?id|sess(?:ion)?|connect\.sid|phpsessid|jsessionid|sid)=|cookie: ?[\w.-]{1,32}=)([A-Za-z0-9%._-]{20,400})/gi
const assignments =
  /key|secret|clave|chave|cl[eé]|schl[uü]ssel|chiave|sleutel|klucz|ключ|密钥|キー|키|מפתח|مفتاح/i

/** Bits per character, by how often each occurs: random text has more than words. */
export function entropyOf(text: string): number {
  const counts = new Map<string, number>()
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1)
  let bits = 0
  for (const count of counts.values()) bits -= (count / text.length) * Math.log2(count / text.length)
  return bits
}

/** Whether a value looks drawn by lot rather than written by a person. */
export function isRandomLooking(value: string): boolean {
  const hasDigit = /\d/.test(value)
  const hasLetter = /[A-Za-z]/.test(value)
  if (!hasDigit || !hasLetter) return false
  if (/^(?:[A-Za-z]+[-_.])+[A-Za-z]*\d{0,4}$/.test(value)) return false
  return entropyOf(value) >= 3
}

/** The same for values that nothing announces: letters of both cases and digits all through. */
function isDrawnByLot(value: string): boolean {
  return (
    /[a-z]/.test(value) &&
    /[A-Z]/.test(value) &&
    (value.match(/\d/g)?.length ?? 0) >= 3 &&
    entropyOf(value) >= 4
  )
}

function collect(
  kind: Finding['kind'],
  pattern: RegExp,
  text: string,
  into: Finding[],
  isWanted: (value: string) => boolean = () => true,
  offset = 0,
): void {
  for (const match of matchesOf(pattern, text)) {
    const value = match[1] ?? match[0]
    if (!isWanted(value)) continue
    const start = offset + match.index + match[0].length - value.length
    into.push({ kind, start, end: start + value.length })
  }
}

/** The same for what has no white space in it, looked for in words that are long enough. */
function collectInWords(
  kind: Finding['kind'],
  pattern: RegExp,
  { text, longWords }: ScannedText,
  into: Finding[],
  isWanted?: (value: string) => boolean,
): void {
  for (const { start, end } of longWords)
    collect(kind, pattern, text.slice(start, end), into, isWanted, start)
}

/** Keys of known services by their form, others by what they are called. */
export function findApiKeys(scanned: ScannedText, into: Finding[]): void {
  const { text, longWords } = scanned
  if (scanned.digits > 0 && assignments.test(text)) {
    collect('api_keys', shortKeyValue, text, into)
    collect('api_keys', anyKeyValue, text, into)
  }
  if (longWords.length === 0) return
  collectInWords('api_keys', namedKeys, scanned, into)
  collectInWords('api_keys', prefixedKey, scanned, into, isDrawnByLot)
  if (/api/i.test(text)) collect('api_keys', apiKeyValue, text, into, isRandomLooking)
  if (assignments.test(text)) {
    collect('api_keys', namedKeyValue, text, into, isRandomLooking)
    collect('api_keys', bareKeyValue, text, into, isRandomLooking)
  }
}

/** JSON web tokens, bearer tokens, and what is called a token. */
export function findTokens(scanned: ScannedText, into: Finding[]): void {
  const { text, longWords } = scanned
  if (longWords.length === 0) return
  collectInWords('tokens', tokenForms, scanned, into)
  if (/bearer|basic|authorization/i.test(text)) collect('tokens', bearerValue, text, into, isRandomLooking)
  if (/token|jeton|токен|令牌|トークン|토큰/i.test(text)) {
    collect('tokens', namedTokenValue, text, into, isRandomLooking)
    collect('tokens', bareTokenValue, text, into, isRandomLooking)
  }
  if (/sess|cookie|sid=/i.test(text)) collect('tokens', cookieValue, text, into, isRandomLooking)
}

const pemHeader = /----[- ]BEGIN (?:[A-Z0-9]{1,12} ){0,3}PRIVATE KEY(?: BLOCK)?[- ]----/g
const pemFooter = /----[- ]END (?:[A-Z0-9]{1,12} ){0,3}PRIVATE KEY(?: BLOCK)?[- ]----/g
const otherPrivateKeys = new RegExp(
  [
    'PuTTY-User-Key-File-\\d: ?\\S{3,40}',
    'b3BlbnNzaC1rZXktdjE[A-Za-z0-9+/=]{20,4000}',
    'AGE-SECRET-KEY-1[0-9A-Z]{58}',
    '(?<![A-Za-z0-9])xprv[1-9A-HJ-NP-Za-km-z]{100,112}(?![A-Za-z0-9])',
    '(?<![A-Za-z])[Pp]rivate ?[Kk]ey["\']?\\s{0,3}[:=]\\s{0,3}["\']?(?:0x)?[0-9a-fA-F]{64}(?![0-9a-fA-F])',
    '(?<![A-Za-z])[Pp]rivate ?[Kk]ey\\s{0,3}[:=]\\s{0,3}[A-Za-z0-9+/]{43}=',
  ].join('|'),
  'g',
)

const privateWords =
  'private ?key|clave privada|chave privada|cl[eé] priv[eé]e|chiave privata|privater? schl[uü]ssel|klucz prywatny|(?:закрытый|приватный) ключ|особистий ключ|ozel anahtar|özel anahtar|kunci privat|private sleutel|私钥|私鑰|秘密鍵|개인 ?키|المفتاح الخاص|מפתח פרטי'
const namedPrivateKey = new RegExp(
  `(?:${privateWords})[^\\n0-9]{0,12}((?:0x)?[0-9a-f]{64})(?![0-9a-z])`,
  'giu',
)
const nostrKey = /(?<![A-Za-z0-9])nsec1[02-9a-z]{58}(?![A-Za-z0-9])/g
/** Twelve words and more that bring a wallet back. */
const seedPhrase =
  /(?:seed|recovery|backup|mnemonic|secret)(?: (?:recovery|seed))? (?:phrase|words?)(?: ?(?:[:=]|\bis\b|\bare\b)){1,2}\s{0,3}((?:[a-z]{3,8}[ ,\n]{1,2}){11,23}[a-z]{3,8})(?![a-z])/gi
const sentenceWord = /\b(?:the|and|for|your|should|from|not|never|are|was|have|but|our|his|her)\b/i

/** PEM blocks also when their end is missing: half a key is a leak too. */
export function findPrivateKeys({ text, longestWord }: ScannedText, into: Finding[]): void {
  if (/phrase|words/i.test(text)) {
    collect('private_keys', seedPhrase, text, into, (value) => !sentenceWord.test(value))
  }
  if (longestWord < 10) return
  if (text.includes('BEGIN')) {
    for (const header of matchesOf(pemHeader, text)) {
      pemFooter.lastIndex = header.index
      const footer = pemFooter.exec(text)
      const end = footer === null ? text.length : footer.index + footer[0].length
      into.push({ kind: 'private_keys', start: header.index, end })
    }
  }
  if (longestWord >= 60) {
    collect('private_keys', nostrKey, text, into)
    collect('private_keys', namedPrivateKey, text, into)
  }
  if (longestWord >= 16 || text.includes('PuTTY')) collect('private_keys', otherPrivateKeys, text, into)
}
