import type { InboundContent } from '../content.ts'
import { cleanCount, cleanText } from './clean.ts'

const maxText = 65_536

/** What a phone shows one below the other as one text; what is empty or said twice is left out. */
export function linesOf(parts: readonly unknown[]): string {
  const lines = parts.map((part) => cleanText(part, maxText).trim()).filter((line) => line !== '')
  return cleanText([...new Set(lines)].join('\n'), maxText)
}

/** The lines as a text; undefined when nothing is left of them. */
export function textOf(...parts: readonly unknown[]): InboundContent | undefined {
  const text = linesOf(parts)
  return text === '' ? undefined : { kind: 'text', text, mentions: [] }
}

/** An amount with its currency, as `EUR 12.50`; undefined when there is none. */
export function moneyOf(currency: unknown, amount: unknown, perUnit: number): string | undefined {
  const count = cleanCount(amount)
  if (count === null || count === 0) return undefined
  return `${cleanText(currency, 10)} ${(count / perUnit).toFixed(2)}`.trim()
}

/** A moment as `2026-02-11 10:00 UTC`, from seconds of the epoch; undefined for nonsense. */
export function momentOf(seconds: unknown): string | undefined {
  const count = cleanCount(seconds, 32_503_680_000)
  if (count === null || count === 0) return undefined
  return `${new Date(count * 1000).toISOString().slice(0, 16).replace('T', ' ')} UTC`
}

/** The object that a text holds as JSON; empty for anything else. */
export function jsonObjectOf(text: unknown): Record<string, unknown> {
  if (typeof text !== 'string' || text.length > maxText) return {}
  try {
    return objectOf(JSON.parse(text))
  } catch {
    // Whoever wrote it may write anything: what is no JSON says nothing.
    return {}
  }
}

/** The value when it is an object; empty for anything else. */
export function objectOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
}

/** The value when it is an array, of which at most so many are looked at; empty for anything else. */
export function listOf(value: unknown, max: number): readonly unknown[] {
  return Array.isArray(value) ? value.slice(0, max) : []
}
