import type { z } from 'zod'

/** One call as a route gets it: parts of the path by name, the body as it came, and the query. */
export type Call<Body = unknown> = { params: Record<string, string>; body: Body; query: URLSearchParams }

/** An answer that is not JSON. */
export type Binary = { mimetype: string; bytes: Uint8Array }

/** What there is to say of an operation. */
export type Described = {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** With names of parts in braces: `/accounts/{phone}/messages`. */
  path: string
  /** Name of the operation in the OpenAPI document, unique. */
  operation: string
  /** Heading in the OpenAPI document. */
  tag: string
  summary: string
  /** What it answers when all is well; 200 unless said. */
  status?: 200 | 201
  /** Names of query parameters with what they mean. */
  query?: Record<string, string>
  /** What is answered, when it is more than `{ok: true}`. */
  answer?: z.ZodType
  /** The answer is bytes: `run` returns a {@link Binary}. */
  isBinary?: boolean
  /** Bodies are at most 1 MiB unless a route takes files. */
  maxBodyBytes?: number
  body?: z.ZodType
}

/**
 * One operation of the control API: a call of a method of `Target`, the facade of its topic, which checks the body.
 */
export type Route<Target> = Described & {
  run: (target: Target, call: Call) => unknown
}

/** Declares operations on a facade: `const route = routesOf<GroupsFacade>()`. Bodies are typed after their schemas. */
export function routesOf<Target>() {
  return <Body extends z.ZodType>(
    declared: Omit<Described, 'body'> & {
      body?: Body
      run: (target: Target, call: Call<z.input<Body>>) => unknown
    },
  ): Route<Target> => declared as Route<Target>
}
