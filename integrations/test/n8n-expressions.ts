import { runInNewContext } from 'node:vm'

/** What an expression may name. */
export type Scope = Record<string, unknown>

/** The part of Luxon that our expressions use; n8n sets its zone to the workflow's, here it is UTC. */
const DateTime = {
  fromISO: (text: string) => {
    const hasZone = /(?:Z|[+-]\d\d:?\d\d)$/.test(text)
    const moment = new Date(hasZone ? text : `${text}Z`)
    return { toUTC: () => ({ toISO: () => moment.toISOString() }) }
  },
}

function evaluate(code: string, scope: Scope): unknown {
  const names = { DateTime, JSON, encodeURIComponent, String, Object, ...scope }
  // A context of its own: what n8n does not offer is not there either.
  const value: unknown = runInNewContext(`(${code})`, names, { timeout: 1000 })
  return typeof value === 'object' && value !== null ? JSON.parse(JSON.stringify(value)) : value
}

/** A value as n8n resolves it: text that begins with `=` holds expressions, lists and objects hold values. */
export function resolveValue(value: unknown, scope: Scope): unknown {
  if (Array.isArray(value)) return value.map((each) => resolveValue(each, scope))
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, resolveValue(each, scope)]))
  }
  if (typeof value !== 'string' || !value.startsWith('=')) return value
  const text = value.slice(1)
  const whole = /^\{\{(?<code>(?:(?!\}\}).)*)\}\}$/s.exec(text)
  if (whole?.groups !== undefined) return evaluate(whole.groups['code'] ?? '', scope)
  return text.replaceAll(/\{\{((?:(?!\}\}).)*)\}\}/gs, (_, code: string) => String(evaluate(code, scope)))
}
