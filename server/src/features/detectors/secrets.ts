import type { Finding, ScannedText } from './detectors.schema.ts'

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
    'hooks\\.slack\\.com/services/T\\w{6,14}/B\\w{6,14}/\\w{16,32}',
  ]
    .map((form) => `(?<![A-Za-z0-9_])${form}`)
    .join('|'),
  'g',
)

const tokenForms = new RegExp(
  [
    '(?<![\\w-])eyJ[\\w-]{8,2000}\\.eyJ[\\w-]{8,4000}\\.[\\w-]{8,1000}',
    '(?<![\\w-])ya29\\.[\\w-]{20,400}',
    '(?<![\\w-])[MNO][\\w-]{23,27}\\.[\\w-]{6}\\.[\\w-]{27,40}(?![\\w-])',
  ].join('|'),
  'g',
)

const keyWords =
  "api[ _-]?keys?|apikeys?|api[ _-]?secret|secret[ _-]?key|client[ _-]?secret|access[ _-]?key(?:[ _-]?id)?|aws_secret_access_key|app[ _-]?secret|webhook[ _-]?secret|signing[ _-]?secret|encryption[ _-]?key|clave (?:de )?(?:la )?api|chave (?:da |de )?api|cl[eé] (?:d['’])?api|api-schl[uü]ssel|chiave api|api-sleutel|klucz api|ключ api|api-ключ|api密钥|apiキー|api 키|מפתח api|مفتاح api"
const tokenWords =
  'access[ _-]?token|refresh[ _-]?token|auth(?:entication|orization)?[ _-]?token|session[ _-]?token|id[ _-]?token|bearer[ _-]?token|api[ _-]?token|personal access token|token|jeton|токен|令牌|トークン|토큰'
const between =
  '["\'`]?\\s{0,3}(?:[:=：]|=>|\\bis\\b:?|\\bes\\b:?|\\bist\\b:?|\\best\\b:?|(?<![\\p{L}])é(?![\\p{L}]):?|(?<![\\p{L}])è(?![\\p{L}]):?|→|->)\\s{0,3}["\'`]?'

const namedKeyValue = new RegExp(`(?<![\\p{L}])(?:${keyWords})${between}([A-Za-z0-9_\\-/+=.]{16,200})`, 'giu')
const namedTokenValue = new RegExp(
  `(?<![\\p{L}])(?:${tokenWords})${between}([A-Za-z0-9_\\-/+=.~]{16,2000})`,
  'giu',
)
const bearerValue = /\b(?:bearer|basic)\s{1,3}([A-Za-z0-9._~+/-]{16,2000}={0,2})/gi
const bareKeyValue =
  /(?<![\p{L}])(?:api[ _-]?keys?|apikeys?|secret[ _-]?key|client[ _-]?secret)[ \t]{1,2}([A-Za-z0-9_-]{24,200})/giu
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

function collect(
  kind: Finding['kind'],
  pattern: RegExp,
  text: string,
  into: Finding[],
  isWanted: (value: string) => boolean = () => true,
): void {
  for (const match of text.matchAll(pattern)) {
    const value = match[1] ?? match[0]
    if (!isWanted(value)) continue
    const start = match.index + match[0].length - value.length
    into.push({ kind, start, end: start + value.length })
  }
}

/** Keys of known services by their form, others by what they are called. */
export function findApiKeys({ text, longestWord }: ScannedText, into: Finding[]): void {
  if (longestWord < 16) return
  collect('api_keys', namedKeys, text, into)
  if (assignments.test(text)) {
    collect('api_keys', namedKeyValue, text, into, isRandomLooking)
    collect('api_keys', bareKeyValue, text, into, isRandomLooking)
  }
}

/** JSON web tokens, bearer tokens, and what is called a token. */
export function findTokens({ text, longestWord }: ScannedText, into: Finding[]): void {
  if (longestWord < 16) return
  collect('tokens', tokenForms, text, into)
  if (/bearer|basic/i.test(text)) collect('tokens', bearerValue, text, into, isRandomLooking)
  if (/token|jeton|токен|令牌|トークン|토큰/i.test(text)) {
    collect('tokens', namedTokenValue, text, into, isRandomLooking)
  }
}

const pemHeader = /-----BEGIN (?:[A-Z0-9]{1,12} ){0,3}PRIVATE KEY(?: BLOCK)?-----/g
const pemFooter = /-----END (?:[A-Z0-9]{1,12} ){0,3}PRIVATE KEY(?: BLOCK)?-----/g
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

/** PEM blocks also when their end is missing: half a key is a leak too. */
export function findPrivateKeys({ text, longestWord }: ScannedText, into: Finding[]): void {
  if (longestWord < 10) return
  if (text.includes('-----BEGIN')) {
    for (const header of text.matchAll(pemHeader)) {
      pemFooter.lastIndex = header.index
      const footer = pemFooter.exec(text)
      const end = footer === null ? text.length : footer.index + footer[0].length
      into.push({ kind: 'private_keys', start: header.index, end })
    }
  }
  if (longestWord >= 16 || text.includes('PuTTY')) collect('private_keys', otherPrivateKeys, text, into)
}
