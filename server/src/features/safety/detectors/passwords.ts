import type { Finding, ScannedText } from './detectors.schema.ts'
import { matchesOf } from './matches.ts'
import { isMadeToBeShared } from './shared-passwords.ts'

/** The word for password in the languages of most users; of two with the same beginning the longer comes first. */
const words = [
  'parolam|parolingiz|password-?nya',
  'pass ?words?|passwd|pwd|pw(?=\\s?[:=])|passphrase|pass ?code|pswd',
  'clave(?! (?:de )?(?:la )?api| privada| p[uú]blica)|contrase[nñ]a|contrasinal|contrasenya',
  'senha|palavra[- ]passe',
  'mot de passe|mdp',
  '(?:wlan-?|wifi-?)?(?:passwort|kennwort)',
  "parola(?: d['’]ordine)?",
  'wachtwoord|wagwoord',
  'l[oö]senord(?:et)?|adgangskode(?:n)?|kodeord(?:et)?|passord(?:et)?|lykilor[dð]|salasana(?:ni|n)?|parool',
  'has[lł]o|heslo|geslo|lozinka|лозинка|jelsz[oó]|slapta[zž]odis|parole|fjal[eë]kalim',
  '[sş]ifre(?:niz|m|si)?|[sş]ifr[eə]',
  'пароль|парол[аьяи]',
  'κωδικ[οό]ς(?: πρόσβασης)?',
  'סיסמ[האת]{1,2}|הסיסמ[הא]',
  'كلمة (?:المرور|مرور|السر|سر)|رمز عبور|گذرواژه|پاس ?ورڈ',
  'パスワード|暗証番号',
  'm[aậ]t kh[aẩ]u',
  'kata sandi|sandi|kata laluan|nenosiri',
  'पासवर्ड|পাসওয়ার্ড|কাছওয়ার্ড|கடவுச்சொல்|పాస్‌వర్డ్|пароли|პაროლი|գաղտնաբառ|የይለፍ ቃል',
].join('|')
/** Words that nothing sets apart from the ones before. */
const joinedWords = '密码|密碼|口令|비밀번호|패스워드|비번|รหัสผ่าน|รหัสไวไฟ|パスワード|暗証番号'
const before = `(?:(?<![\\p{L}])(?:${words})|(?:${joinedWords}))`

const mention = new RegExp(before, 'giu')
/** What follows a mention. Colons and equals signs announce a value. */
const announced =
  /(?:[ \t][\p{L}()]{1,12}){0,2}["'`*]{0,2}[ \t]{0,3}(?:[:=：]|=>|→|->)[ \t\n]{0,3}["'`*]{0,2}([^\s"'`]{4,64})/iuy
const verbs =
  '(?:(?<![\\p{L}])(?:is|was|war|era|es|ist|est|é|è|jest|je|är|er|este|to|lautet|είναι|هي|هو|است|היא|הוא|это|là|adalah|ialah|ni|ass|são|है|हैं)(?![\\p{L}])|(?<=salasana )on(?![\\p{L}])|–|—|是|は|은|는|คือ)'
/** A verb may announce one, or begin a sentence about passwords. */
const statement = new RegExp(
  `(?:[ \\t][\\p{L}]{1,12}){0,5}[ \\t]?${verbs}[ \\t]{0,2}:?[ \\t]{0,2}["'\`*]{0,2}([^\\s"'\`]{4,64})`,
  'iuy',
)
/** The value may follow at once, when it can be nothing else. */
const bare = /[ \t]{1,2}([^\s"'`:=]{6,64})(?=[\s.,;]|$)/iuy
/** Words that mean many other things: only a value that can be nothing else counts after them. */
const loose =
  /(?<![\p{L}])(?:(?:wi-?fi|wlan|zip|login|admin|root|router|guest|mail|account|netflix|my|the|new)[ -](?:\p{L}{2,10} )?(?:pw|pass)(?: is| was)?|pass(?: for [\p{L} ]{2,20}| is)?\s?[:=]|pass(?: wi-?fi)? (?:là|es|é|è|est|ist)|pw)(?=[ \t:=])[ \t]{0,2}[:=]?[ \t]{0,2}["'`]?([^\s"'`]{6,64})/giu
const quoted = /[ \t]?(?:is|:|=)?[ \t]?["“«„]([^"”»“\n]{6,64})(?=["”»“])/iuy
/** Numbers of four and more that are called a PIN; six digits after a colon are an Indian postal code as well. */
const pins =
  /(?<![\p{L}])(?:pin|пин|пін|código pin|code pin)(?:[ -]?(?:code|number|kod|nummer|код))?(?: (?:for|of|to|de|para|pour|für|per|voor|для|от)(?: \p{L}{1,12}){1,2})?(?:[ \t]{0,2}[:=：][ \t]{0,2}(?=\d{4,5}(?!\d)|\d{7,8}(?!\d))|[ \t](?:is|es|é|è|ist|est|je|jest|är|er|это)[ \t]|[ \t](?=\d{4}(?![\d])))(\d{4,8})(?![\d\p{L}]|[.:/,-]\d)/giu
const environment =
  /(?<![A-Za-z0-9])[A-Z0-9_]{0,40}(?:PASSWORD|PASSWD|_PASS|PWD)["']?[ \t]{0,2}[=:][ \t]{0,2}["']?([^\s"']{4,64})/g
/** On command lines. */
const options =
  /(?:\b(?:curl|wget|http|https)\b[^\n]{0,80}(?:-u|--user)[ =][\w.@-]{1,64}:|\bsshpass -p ?|\b(?:mysql|mysqldump|mariadb)\b[^\n]{0,60} -p(?=\S)|--pass(?:word)?[= ])["']?([^\s"']{4,64})/g
const inAddress = /\b[a-z][a-z0-9+.-]{1,14}:\/\/[^\s:/@]{1,64}:([^\s:/@]{3,64})@[^\s/]{1,255}/gi
const cornered = /[はを是은는]?[「『“"]([^」』”"\s]{4,64})(?=[」』”"])/uy

/** What follows "password:" in sentences about passwords. */
const notValues =
  /^(?:required|optional|forgotten|forgot|reset|resets?|change[ds]?|here|none|null|undefined|invalid|incorrect|wrong|expired?|protected|policy|manager|must|should|please|enter|type|your|the|see|with|when|only|never|hidden|redacted|removed|min(?:imum)?|at least|same|unchanged|string|text|true|false|obligatorio|olvidada|vergessen|erforderlich|oublié|requis|obrigatória|esqueceu|https?|not|no|ask|sent|that|this|stored|strong|weak|secure|update[ds]?|security|login|email|username|recovery|needed|missing|mandatory|field|box|empty|blank|what|how|why|and|for|new|old)(?:[^\p{L}\p{N}]|$)/iu
const placeholder = /^(?=[^\n]{1,80}$)[*•●x.…_\-<>[\]{}()#%$]+[\p{L}_ -]{0,30}[*•●x.…_\-<>[\]{}()#%$]*$/iu

const trailing = /(?<![.,;!?)\]。，！？])[.,;!?)\]。，！？]+$/u

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
  // What else means "key" or "word" announces other things too.
  if (
    /(?:clave|parola|parole|sandi|口令)[^:=：]{0,30}[:=：][ \t\n"'`*]{0,6}$/iu.test(
      text.slice(Math.max(0, end - value.length - 48), end - value.length),
    )
  )
    return false
  // A plain word counts when nothing follows it: then it is the value and not the start of a sentence.
  const rest = text.slice(end, end + 12)
  return /^[\p{L}\p{N}_-]{6,64}$/u.test(bare) && /^["'`*]{0,2}(?:$|\s*\n|[ \t]*$|[ \t]*[,;|/(])/u.test(rest)
}

/** Passwords that are announced as such, and those inside addresses. */
export function findPasswords({ text, longestWord }: ScannedText, into: Finding[]): void {
  if (longestWord < 4) return
  if (text.includes('://')) collect(text, inAddress, into, () => true)
  findSettings(text, into)
  findHinted(text, into)
  for (const { 0: word, index } of matchesOf(mention, text)) {
    for (const { pattern, isWanted } of followers) {
      pattern.lastIndex = index + word.length
      const value = pattern.exec(text)?.[1]
      if (value === undefined || !isWanted(value, text, pattern.lastIndex)) continue
      const [start, end] = [pattern.lastIndex - value.length, pattern.lastIndex]
      if (!isMadeToBeShared(text, start, end)) into.push({ kind: 'passwords', start, end })
    }
  }
}

/** The ways in which a value follows a mention, each to its end, and what is one there. */
const followers: readonly {
  pattern: RegExp
  isWanted: (value: string, text: string, end: number) => boolean
}[] = [
  { pattern: announced, isWanted: isAnnouncedValue },
  {
    pattern: statement,
    isWanted: (value) => !placeholder.test(value) && !notValues.test(value) && isStrongLooking(value),
  },
  {
    pattern: bare,
    isWanted: (value) =>
      /^(?=\S*\d)(?=\S*[\p{L}])[^/()-]+$/u.test(value) && !notValues.test(value) && isStrongLooking(value),
  },
  { pattern: cornered, isWanted: () => true },
  { pattern: quoted, isWanted: (value) => /[\p{L}]/u.test(value) && /[\d!#$%&*+@^_]/.test(value) },
]

/** What is a password by a weaker word, or a PIN. */
function findHinted(text: string, into: Finding[]): void {
  const isOwn = (value: string, end: number) => !isMadeToBeShared(text, end - value.length, end)
  if (/p(?:ass|w)(?![\p{L}])/iu.test(text)) {
    collect(text, loose, into, (value, _text, end) => {
      return !placeholder.test(value) && isLettersAndMore(value) && isOwn(value, end)
    })
  }
  if (/pin|пин|пін/i.test(text)) {
    collect(text, pins, into, (value, _text, end) => !/^(?:19|20)\d\d$/.test(value) && isOwn(value, end))
  }
}

/** What is a password by a setting or an option of a command: nobody sends those to guests. */
function findSettings(text: string, into: Finding[]): void {
  if (/PASS|PWD/.test(text))
    collect(text, environment, into, (value) => !/^[<$*{[]/.test(value) && !notValues.test(value))
  if (/ -u |--user|sshpass|mysql|mariadb|--pass/.test(text)) {
    collect(text, options, into, (value) => !/^[<$*{[]/.test(value))
  }
}

/** Letters with digits or signs among them; no word, number, time or place. */
function isLettersAndMore(value: string): boolean {
  const bare = value.replace(trailing, '')
  return bare.length >= 6 && /\p{L}/u.test(bare) && /\d/.test(bare) && !notValues.test(bare)
}

function collect(
  text: string,
  pattern: RegExp,
  into: Finding[],
  isWanted: (value: string, text: string, end: number) => boolean,
): void {
  for (const match of matchesOf(pattern, text)) {
    const [, value] = match
    if (value === undefined) continue
    const start = match.index + match[0].lastIndexOf(value)
    if (isWanted(value, text, start + value.length)) {
      into.push({ kind: 'passwords', start, end: start + value.length })
    }
  }
}
