import assert from 'node:assert/strict'

/** One event of a stream. */
export interface ReadFrame {
  event: string
  // biome-ignore lint/suspicious/noExplicitAny: tests look at data of every shape
  data: any
}

/** Reads a stream of server-sent events frame by frame. */
export class StreamReader {
  readonly frames: ReadFrame[] = []
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>
  readonly #decoder = new TextDecoder()
  #rest = ''
  #taken = 0

  private constructor(body: ReadableStream<Uint8Array>) {
    this.#reader = body.getReader()
  }

  /** Opens a stream, which has to answer 200. */
  static async open(url: string, headers: Record<string, string>): Promise<StreamReader> {
    const response = await fetch(url, { headers })
    if (response.status !== 200) assert.fail(`${response.status} ${await response.text()}`)
    assert.ok(response.body !== null)
    return new StreamReader(response.body)
  }

  /** The next frame that was not taken yet and has this name, skipping others; fails when the stream ends first. */
  async next(name: string): Promise<ReadFrame> {
    for (;;) {
      const frame = this.frames[this.#taken]
      if (frame !== undefined) {
        this.#taken += 1
        if (frame.event === name) return frame
      } else if (!(await this.#readMore())) {
        assert.fail(`the stream ended before ${name}: ${JSON.stringify(this.frames)}`)
      }
    }
  }

  /** All frames, once the server has ended the stream. */
  async end(): Promise<ReadFrame[]> {
    while (await this.#readMore());
    return this.frames
  }

  async close(): Promise<void> {
    await this.#reader.cancel().catch(() => {})
  }

  async #readMore(): Promise<boolean> {
    const { done, value } = await this.#reader.read()
    if (done) return false
    const parts = (this.#rest + this.#decoder.decode(value, { stream: true })).split('\n\n')
    this.#rest = parts.pop() ?? ''
    for (const part of parts) {
      const event = /^event: (.*)$/m.exec(part)?.[1]
      const data = /^data: (.*)$/m.exec(part)?.[1]
      if (event !== undefined && data !== undefined) this.frames.push({ event, data: JSON.parse(data) })
    }
    return true
  }
}
