import { type ModelSimulator, type ModelSimulatorOptions, startModelSimulator } from '../src/start.ts'

/** An answer as a test looks at it. */
export type Reply = { status: number; headers: Headers; text: string }

/** A simulator for one test, with a client that knows nothing but HTTP. */
export type Client = AsyncDisposable & {
  simulator: ModelSimulator
  post: (path: string, body: unknown, headers?: Record<string, string>) => Promise<Reply>
  get: (path: string, headers?: Record<string, string>) => Promise<Reply>
  /** The text that a model answers in OpenAI's dialect. */
  chat: (body: object) => Promise<string>
  /** The vectors of texts. */
  embed: (model: string, texts: readonly string[]) => Promise<number[][]>
}

/** Starts a simulator that ends with the test. */
export async function startClient(options: ModelSimulatorOptions = {}): Promise<Client> {
  const simulator = await startModelSimulator(options)
  const read = async (response: Response): Promise<Reply> => ({
    status: response.status,
    headers: response.headers,
    text: await response.text(),
  })
  const post: Client['post'] = async (path, body, headers = {}) =>
    read(
      await fetch(`${simulator.url}${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      }),
    )
  return {
    simulator,
    post,
    get: async (path, headers = {}) => read(await fetch(`${simulator.url}${path}`, { headers })),
    chat: async (body) => {
      const { text } = await post('/v1/chat/completions', body)
      return JSON.parse(text).choices[0].message.content
    },
    embed: async (model, input) => {
      const { text } = await post('/v1/embeddings', { model, input })
      return JSON.parse(text).data.map(({ embedding }: { embedding: number[] }) => embedding)
    },
    [Symbol.asyncDispose]: () => simulator.close(),
  }
}

/** A piece of evidence as prompts have it. */
export function evidence(id: string, source: string, text: string): string {
  return `<<<evidence id="${id}" source="${source}">>>\n${text}\n<<<end ${id}>>>`
}

/** A message of somebody as prompts have it. */
export function message(id: string, text: string): string {
  return `<<<message id="${id}">>>\n${text}\n<<<end ${id}>>>`
}
