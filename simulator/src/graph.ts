import { answer, type Query } from './query.ts'
import { stanza, textOf } from './stanza.ts'

/** A GraphQL query: its variables, and who asks. */
export type GraphQuery<Variables> = { query: Query; variables: Variables }

/** Answers a GraphQL query; `path` is the key under which a client looks for the result. */
export type GraphOperation<Variables> = { path: string; run: (asked: GraphQuery<Variables>) => unknown }

/** Operations by the ids that Baileys (`QueryIds`) and whatsmeow use. */
export type GraphOperations = Readonly<Record<string, GraphOperation<never>>>

/** An error of GraphQL. Source: `types/newsletter.go` of whatsmeow; Baileys throws with this code as status. */
export class GraphError extends Error {
  readonly code: number
  constructor(code: number, message: string) {
    super(message)
    this.code = code
  }
}

/** `iq w:mex`: GraphQL. The key that a client looks for must be there, or it throws. */
export function handleGraphQuery(query: Query, operations: GraphOperations): void {
  const operation = operations[query.body?.attrs.query_id ?? '']
  const { variables = {} } = JSON.parse(textOf(query.body) || '{}') as { variables?: object }
  const result = operation ? run(operation, { query, variables: variables as never }) : {}
  answer(query, [stanza('result', {}, Buffer.from(JSON.stringify(result)))])
}

function run({ path, run: work }: GraphOperation<never>, asked: GraphQuery<never>): object {
  try {
    return { data: { [path]: work(asked) } }
  } catch (cause) {
    if (!(cause instanceof GraphError)) throw cause
    const extensions = { error_code: cause.code, is_retryable: false, severity: 'CRITICAL' }
    return { data: { [path]: null }, errors: [{ message: cause.message, path: [path], extensions }] }
  }
}
