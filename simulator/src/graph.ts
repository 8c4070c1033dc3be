import type { Account } from './accounts.ts'
import { answer, type Query } from './query.ts'
import { SERVER, seconds, stanza, stanzaId, textOf } from './stanza.ts'

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

/** A notification of GraphQL to all linked devices of some people. Source: `handleMexNotification` of Baileys. */
export function notifyGraph(people: Iterable<Account>, operation: string, payload: object): void {
  const content = Buffer.from(JSON.stringify(payload))
  for (const person of people) {
    for (const companion of person.companions.values()) {
      const attrs = { from: SERVER, type: 'mex', id: stanzaId(), t: seconds() }
      companion.queue.add(stanza('notification', attrs, [stanza('update', { op_name: operation }, content)]))
    }
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
