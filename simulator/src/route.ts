import type { z } from 'zod'
import type { Simulator } from './simulator.ts'

/** One call as a route gets it: parts of the path by name, the body as it came, and the query. */
export type Call<Body = unknown> = { params: Record<string, string>; body: Body; query: URLSearchParams }

/** An answer that is not JSON. */
export type Binary = { mimetype: string; bytes: Uint8Array }

type Described = {
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
}

/** One operation of the control API. Bodies are checked by the methods of the simulator, which it mirrors. */
export type Route = Described & {
  body?: z.ZodType
  run: (simulator: Simulator, call: Call) => unknown
}

/** Declares an operation; the body is typed after its schema. */
export function route<Body extends z.ZodType>(
  declared: Described & { body?: Body; run: (simulator: Simulator, call: Call<z.input<Body>>) => unknown },
): Route {
  return declared as Route
}
