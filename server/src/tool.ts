import type { Operation } from './operation.ts'
import type { Scope } from './scopes.ts'

/** Kinds of tools by which a client can choose: `?tools=messaging,leads`. */
export type ToolGroup =
  | 'sessions'
  | 'messaging'
  | 'groups'
  | 'leads'
  | 'outreach'
  | 'usage'
  | 'analytics'
  | 'channels'

/** A picture that goes with an answer, in base64. */
export interface ToolPicture {
  mimeType: string
  data: string
}

/** What a tool of several operations works with after the first one. */
export interface ToolSteps {
  /** Calls another operation of the tool as the same caller; throws what refuses it. */
  call(operation: string, fields: Readonly<Record<string, unknown>>): Promise<unknown>
  /** Resolves after so many milliseconds; rejects when the caller has gone. */
  wait(ms: number): Promise<void>
}

/** One tool as data: its arguments, access and answers are those of an operation. */
export interface Tool {
  /** Letters, digits and underscores, at most 64. */
  name: string
  title: string
  /** What a model has to know to choose it; the schema says the rest. */
  description: string
  group: ToolGroup
  /** The id of the operation that it calls. */
  operation: Operation['id']
  /** Arguments by name, with the field of the operation that each one fills. */
  arguments: Readonly<Record<string, string>>
  /** Arguments that the operation leaves open and this tool needs. */
  required?: readonly string[]
  /** Values of further fields, by what was given. */
  fill?(given: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>>
  /** Scopes beside those of the operation, which serves other things as well. */
  scopes?: readonly Scope[]
  /** Takes something away, or reaches other people and cannot be taken back. */
  isDestructive?: true
  /** Only this field of the answer is shown. */
  part?: string
  /** Continues after the operation; `operations` names the further ones. */
  continuation?: {
    operations: readonly Operation['id'][]
    run(
      answer: unknown,
      fields: Readonly<Record<string, unknown>>,
      steps: ToolSteps,
    ): Promise<{ answer: unknown; pictures: readonly ToolPicture[] }>
  }
}

/** Something to read, under an address instead of by a call: what an operation answers. */
export interface ToolResource {
  /** Parts in braces are fields of the operation: `moltflow://leads/{id}`. */
  uri: string
  name: string
  title: string
  description: string
  operation: Operation['id']
}

/** A task in words that a person may start in a client. */
export interface ToolPrompt {
  name: string
  title: string
  description: string
  arguments: readonly { name: string; description: string; required: boolean }[]
  /** The words; values are what the person gave, at most 200 characters each. */
  write(values: Readonly<Record<string, string>>): string
}

/** What programs that speak the Model Context Protocol find. */
export interface Toolset {
  /** Scopes that a client asks for which knows nothing else. */
  defaultScopes: readonly Scope[]
  /** What a model is told about all of it. */
  instructions: string
  tools: readonly Tool[]
  resources: readonly ToolResource[]
  prompts: readonly ToolPrompt[]
}
