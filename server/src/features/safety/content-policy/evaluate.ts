import { countCharacters } from '../../../platform/characters.ts'
import type { SafePattern } from '../../../platform/safe-patterns.ts'
import { type DetectorKind, detectorKinds, type Finding } from '../detectors/detectors.schema.ts'
import { detect } from '../detectors/detectors.service.ts'
import type { PolicySettings } from './content-policy.schema.ts'
import type { RuleAction } from './content-policy.tables.ts'

/** A tenant's own rule, ready to run. */
export interface CompiledRule {
  id: string
  name: string
  action: RuleAction
  pattern: SafePattern
}

/** A tenant's policy, ready to run. */
export interface Policy {
  tenantId: string
  settings: PolicySettings
  rules: readonly CompiledRule[]
  /** Whether a text is in none of the allowed languages. */
  isForeign(text: string): boolean
}

/** What the policy says of a text. */
export interface Screening {
  isAllowed: boolean
  blockedReason: string | null
  /** `built-in:<field>` and `rule:<id>`, in the order they matched. */
  matchedRules: readonly string[]
  /** Rules that only mark. */
  flags: readonly string[]
  /** With everything replaced that the policy does not let out; equal to the input when nothing matched. */
  filtered: string
  isChanged: boolean
}

/**
 * Who wrote a text: a person, by an integration of their own, or a model, an agent or a tool, which somebody may have
 * turned. What goes to a model counts as the latter.
 */
export type Door = 'person' | 'model'

/** What a policy is asked about. */
export interface Screened {
  text: string
  door: Door
  /** Whether people read it as it is; a contact card is read by programs, so it has no length and no language. */
  isRead?: boolean
}

type Field = keyof PolicySettings

const fieldOf: Readonly<Record<DetectorKind, Field>> = {
  injection: 'input_sanitization_enabled',
  api_keys: 'block_api_keys',
  passwords: 'block_passwords',
  tokens: 'block_tokens',
  private_keys: 'block_private_keys',
  ssn: 'block_ssn',
  credit_cards: 'block_credit_cards',
  bank_accounts: 'block_bank_accounts',
  emails: 'block_emails',
  phone_numbers: 'block_phone_numbers',
  urls: 'block_urls',
}

/** Families that belong to the tenant policy: they rest while it is switched off. */
const policyKinds: ReadonlySet<DetectorKind> = new Set(['emails', 'phone_numbers', 'urls'])

const words: Readonly<Record<DetectorKind, { name: string; mark: string }>> = {
  injection: { name: 'an attempt to turn a language model', mark: '[INSTRUCTION REMOVED]' },
  api_keys: { name: 'an API key', mark: '[API KEY REMOVED]' },
  passwords: { name: 'a password', mark: '[PASSWORD REMOVED]' },
  tokens: { name: 'an access token', mark: '[TOKEN REMOVED]' },
  private_keys: { name: 'a private key', mark: '[PRIVATE KEY REMOVED]' },
  ssn: { name: 'a personal identification number', mark: '[ID NUMBER REMOVED]' },
  credit_cards: { name: 'a payment card number', mark: '[CARD NUMBER REMOVED]' },
  bank_accounts: { name: 'a bank account', mark: '[BANK ACCOUNT REMOVED]' },
  emails: { name: 'an e-mail address', mark: '[EMAIL REMOVED]' },
  phone_numbers: { name: 'a phone number', mark: '[PHONE NUMBER REMOVED]' },
  urls: { name: 'a web address', mark: '[URL REMOVED]' },
}

const ruleMark = '[REMOVED]'

/** Whether a family is on under a policy. */
export function isOn(settings: PolicySettings, kind: DetectorKind): boolean {
  return settings[fieldOf[kind]] === true && (settings.enabled || !policyKinds.has(kind))
}

function wantedKinds(settings: PolicySettings): Set<DetectorKind> {
  const wanted = new Set(detectorKinds.filter((kind) => isOn(settings, kind)))
  if (settings.enabled && settings.max_urls_per_message !== null) wanted.add('urls')
  return wanted
}

function redact(text: string, findings: readonly Finding[]): string {
  let result = ''
  let end = 0
  for (const finding of findings) {
    if (finding.start < end) {
      end = Math.max(end, finding.end)
      continue
    }
    result += text.slice(end, finding.start) + words[finding.kind].mark
    end = finding.end
  }
  return result + text.slice(end)
}

/** Collects what matched while a text passes the parts of the policy. */
class Verdict {
  readonly matched: string[] = []
  readonly reasons: string[] = []
  readonly flags: string[] = []

  block(rule: string, reason: string): void {
    this.matched.push(rule)
    this.reasons.push(reason)
  }

  mark(rule: string): void {
    this.matched.push(rule)
    this.flags.push(rule)
  }
}

/** Whether a finding refuses the text: what could turn a model is only marked where a person wrote it. */
const isRefused = (settings: PolicySettings, kind: DetectorKind, door: Door): boolean =>
  isOn(settings, kind) && (kind !== 'injection' || door === 'model')

function passFamilies(settings: PolicySettings, { text, door }: Screened, verdict: Verdict): string {
  const findings = detect(text, wantedKinds(settings))
  const refused = findings.filter(({ kind }) => isRefused(settings, kind, door))
  for (const kind of detectorKinds) {
    if (!isOn(settings, kind) || !findings.some((finding) => finding.kind === kind)) continue
    if (!isRefused(settings, kind, door)) {
      verdict.mark(`built-in:${fieldOf[kind]}`)
      continue
    }
    verdict.block(`built-in:${fieldOf[kind]}`, `it contains ${words[kind].name} (${fieldOf[kind]})`)
  }
  const most = settings.max_urls_per_message
  const urls = findings.filter(({ kind }) => kind === 'urls')
  if (!settings.enabled || most === null || urls.length <= most) return redact(text, refused)
  verdict.block(
    'built-in:max_urls_per_message',
    `it contains ${urls.length} web addresses of ${most} (max_urls_per_message)`,
  )
  const beyond = new Set(urls.slice(most))
  return redact(
    text,
    findings.filter((finding) => refused.includes(finding) || beyond.has(finding)),
  )
}

function passForm({ settings, isForeign }: Policy, text: string, verdict: Verdict): void {
  const most = settings.max_message_length
  const length = countCharacters(text)
  if (length > most) {
    verdict.block(
      'built-in:max_message_length',
      `it has ${length} characters of ${most} (max_message_length)`,
    )
  }
  if (isForeign(text)) {
    verdict.block('built-in:allowed_languages', 'it is in a language that is not allowed (allowed_languages)')
  }
}

function passRules(policy: Policy, text: string, soFar: string, verdict: Verdict): string {
  let filtered = soFar
  for (const { id, name, action, pattern } of policy.rules) {
    if (action === 'filter' && !policy.settings.output_filtering_enabled) continue
    if (!pattern.matches(text)) continue
    const rule = `rule:${id}`
    const replaced = action === 'flag' ? undefined : pattern.replaceAll(filtered, ruleMark)
    if (action === 'block') verdict.block(rule, `it matches the rule "${name}"`)
    // What is too much to replace is not let out either.
    else if (action === 'filter' && replaced === undefined)
      verdict.block(rule, `it matches the rule "${name}" too often to be filtered`)
    else if (action === 'flag') verdict.mark(rule)
    else verdict.matched.push(rule)
    filtered = replaced ?? filtered
  }
  return filtered
}

/** What a policy says of a text: the one function behind sending, editing and trying. */
export function evaluate(policy: Policy, screened: Screened): Screening {
  const { text, isRead = true } = screened
  const verdict = new Verdict()
  let filtered = passFamilies(policy.settings, screened, verdict)
  if (policy.settings.enabled) {
    if (isRead) passForm(policy, text, verdict)
    filtered = passRules(policy, text, filtered, verdict)
  }
  const isAllowed = verdict.reasons.length === 0
  return {
    isAllowed,
    blockedReason: isAllowed ? null : `The content policy refuses the message: ${verdict.reasons.join('; ')}`,
    matchedRules: verdict.matched,
    flags: verdict.flags,
    filtered,
    isChanged: filtered !== text,
  }
}
