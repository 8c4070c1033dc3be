import { missingScope } from '../../platform/errors.ts'
import type { ToolPicture } from '../../tool.ts'
import type { ErrorAnswer } from '../http/errors.ts'
import { fence, marks, showPlainly, toSafeJson } from './fence.ts'
import { toMarkdown } from './markdown.ts'
import type { McpContent, McpToolResult } from './surface.ts'

/** How a tool writes its answer. */
export type ResponseFormat = 'markdown' | 'json'

/** The challenge of a refusal, as the header `WWW-Authenticate` has it. */
export interface Challenge {
  /** Where the metadata of this resource lies. */
  metadataUrl: string
  scope?: string | undefined
  error?: { code: string; description: string }
}

/** Writes a challenge; its values hold no quotation marks. */
export function writeChallenge({ metadataUrl, scope, error }: Challenge): string {
  const parts = [`resource_metadata="${metadataUrl}"`]
  if (error !== undefined) parts.unshift(`error="${error.code}"`, `error_description="${error.description}"`)
  if (scope !== undefined && scope !== '') parts.push(`scope="${scope}"`)
  return `Bearer ${parts.join(', ')}`
}

const text = (value: string): McpContent => ({ type: 'text', text: value })

/**
 * An answer as a tool writes it. Everything in it stands between the marks: names, subjects and messages come from
 * people whom nobody knows. As JSON the middle part is the body that HTTP answers, by itself.
 */
export function writeAnswer(
  body: unknown,
  format: ResponseFormat,
  pictures: readonly ToolPicture[] = [],
): McpToolResult {
  const images = pictures.map(({ mimeType, data }): McpContent => ({ type: 'image', mimeType, data }))
  if (body === undefined) return { content: [text('Done.'), ...images] }
  if (format === 'markdown') return { content: [text(fence(toMarkdown(body))), ...images] }
  return { content: [text(marks.open), text(toSafeJson(body)), text(marks.close), ...images] }
}

/** A refusal: what HTTP answers, in words or as JSON; a missing scope also where clients look for it. */
export function writeRefusal(
  { body, headers }: ErrorAnswer,
  format: ResponseFormat,
  metadataUrl: string,
): McpToolResult {
  const scopes = headers['x-required-scopes']
  const later = headers['retry-after']
  const words = [
    showPlainly(body.detail),
    ...(scopes === undefined ? [] : [`Required scopes: ${scopes}`]),
    ...(later === undefined ? [] : [`Try again in ${later} s`]),
  ].join('. ')
  const result: McpToolResult = {
    isError: true,
    content: [text(format === 'json' ? toSafeJson(body) : words)],
  }
  if (scopes === undefined) return result
  const error = { code: 'insufficient_scope', description: missingScope.text }
  return {
    ...result,
    _meta: { 'mcp/www_authenticate': [writeChallenge({ metadataUrl, scope: scopes, error })] },
  }
}
