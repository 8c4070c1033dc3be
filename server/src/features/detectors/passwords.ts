import type { Finding, ScannedText } from './detectors.schema.ts'

/** The word for password in the languages of most users. */
const words = [
  'pass ?words?|passwd|pwd|pw(?=\\s?[:=])|passphrase|pass ?code|pswd',
  'clave(?! (?:de )?(?:la )?api)|contrase[nñ]a|contrasinal|contrasenya',
  'senha|palavra[- ]passe',
  'mot de passe|mdp',
  'passwort|kennwort',
  "parola(?: d['’]ordine)?",
  'wachtwoord',
  'l[oö]senord|adgangskode|kodeord|passord|salasana|parool',
  'has[lł]o|heslo|geslo|lozinka|jelsz[oó]',
  '[sş]ifre(?:niz|m|si)?|parolam',
  'пароль|парол[аьяи]',
  'κωδικ[οό]ς(?: πρόσβασης)?',
  'סיסמ[האת]{1,2}|הסיסמה',
  'كلمة (?:المرور|السر)',
  '密码|密碼|口令',
  'パスワード|暗証番号',
  '비밀번호|패스워드',
  'รหัสผ่าน',
  'm[aậ]t kh[aẩ]u',
  'kata sandi|sandi|kata laluan',
  'पासवर्ड',
].join('|')

const mention = new RegExp(`(?<![\\p{L}])(?:${words})`, 'iu')
/** Colons and equals signs announce a value. */
const announced = new RegExp(
  `(?<![\\p{L}])(?:${words})(?:[ \\t][\\p{L}()]{1,12}){0,2}["'\`*]{0,2}[ \\t]{0,3}(?:[:=：]|=>|→|->)[ \\t\\n]{0,3}["'\`*]{0,2}([^\\s"'\`]{4,64})`,
  'giu',
)
/** A verb may announce one, or begin a sentence about passwords. */
const told = new RegExp(
  `(?<![\\p{L}])(?:${words})(?:[ \\t][\\p{L}]{1,12}){0,2}[ \\t]?(?:\\bis\\b|\\bwas\\b|\\bwar\\b|\\bera\\b|\\bes\\b|\\bist\\b|\\best\\b|(?<![\\p{L}])é(?![\\p{L}])|(?<=\\s)è(?=\\s)|\\bjest\\b|\\bär\\b|\\bto\\b|\\blautet\\b|–|—|是|は|은|는|هي|היא|это|olarak)[ \\t]{0,2}:?[ \\t]{0,2}["'\`*]{0,2}([^\\s"'\`]{4,64})`,
  'giu',
)
/** The value may follow at once, when it can be nothing else. */
const bare = new RegExp(`(?<![\\p{L}])(?:${words})[ \\t]{1,2}([^\\s"'\`:=]{6,64})(?=[\\s.,;]|$)`, 'giu')
const inAddress = /\b[a-z][a-z0-9+.-]{1,14}:\/\/[^\s:/@]{1,64}:([^\s:/@]{3,64})@[^\s/]{1,255}/gi
const cornered = new RegExp(
  `(?:${'パスワード|密码|密碼|暗証番号|비밀번호'})[はを是은는]?[「『“"]([^」』”"\\s]{4,64})[」』”"]`,
  'giu',
)

/** What follows "password:" in sentences about passwords. */
const notValues =
  /^(?:required|optional|forgotten|forgot|reset|resets?|change[ds]?|here|none|null|undefined|invalid|incorrect|wrong|expired?|protected|policy|manager|must|should|please|enter|type|your|the|see|with|when|only|never|hidden|redacted|removed|min(?:imum)?|at least|same|unchanged|string|text|true|false|obligatorio|olvidada|vergessen|erforderlich|oublié|requis|obrigatória|esqueceu|https?|not|no|ask|sent|that|this|stored|strong|weak|secure|update[ds]?|security|login|email|username|recovery|needed|missing|mandatory|field|box|empty|blank|what|how|why|and|for|new|old)(?:[^\p{L}\p{N}]|$)/iu
const placeholder = /^[*•●x.…_\-<>[\]{}()#%$]+[\p{L}_ -]{0,30}[*•●x.…_\-<>[\]{}()#%$]*$/iu

const trailing = /[.,;!?)\]。，！？]+$/u

function isStrongLooking(value: string): boolean {
  const bare = value.replace(trailing, '')
  if (bare.length < 4) return false
  const hasDigit = /\d/.test(bare)
  const hasLetter = /\p{L}/u.test(bare)
  const hasMark = /[^\p{L}\p{N}'’\-/:.,]/u.test(bare)
  const isMixed = /\p{Ll}\p{Lu}/u.test(bare)
  // A date, an amount or a time after the word is no password.
  if (!hasLetter && !hasMark) return /^\d{4,12}$/.test(bare)
  return (hasDigit && hasLetter) || (hasMark && bare.length >= 6) || isMixed
}

function isAnnouncedValue(value: string, text: string, end: number): boolean {
  const bare = value.replace(trailing, '')
  if (bare.length < 4 || placeholder.test(bare) || notValues.test(bare)) return false
  if (isStrongLooking(value)) return true
  // A plain word counts when nothing follows it: then it is the value and not the start of a sentence.
  const rest = text.slice(end, end + 12)
  return /^[\p{L}\p{N}_-]{6,64}$/u.test(bare) && /^["'`*]{0,2}(?:$|\s*\n|[ \t]*$|[ \t]*[,;|/(])/u.test(rest)
}

/** Passwords that are announced as such, and those inside addresses. */
export function findPasswords({ text, longestWord }: ScannedText, into: Finding[]): void {
  if (longestWord < 4) return
  if (text.includes('://')) collect(text, inAddress, into, () => true)
  if (!mention.test(text)) return
  collect(text, announced, into, isAnnouncedValue)
  collect(
    text,
    told,
    into,
    (value) => !placeholder.test(value) && !notValues.test(value) && isStrongLooking(value),
  )
  collect(
    text,
    bare,
    into,
    (value) =>
      /^(?=\S*\d)(?=\S*[\p{L}])[^/()-]+$/u.test(value) && !notValues.test(value) && isStrongLooking(value),
  )
  collect(text, cornered, into, () => true)
}

function collect(
  text: string,
  pattern: RegExp,
  into: Finding[],
  isWanted: (value: string, text: string, end: number) => boolean,
): void {
  for (const match of text.matchAll(pattern)) {
    const value = match[1]
    if (value === undefined) continue
    const start = match.index + match[0].lastIndexOf(value)
    if (isWanted(value, text, start + value.length)) {
      into.push({ kind: 'passwords', start, end: start + value.length })
    }
  }
}
