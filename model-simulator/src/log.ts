/** What a client asked and what it got. */
export type LogEntry = {
  /** Counted from 1 since the start. */
  number: number
  dialect: 'openai' | 'anthropic' | 'ollama'
  /** `chat`, `embeddings`, `transcription` or `models`. */
  kind: string
  method: string
  path: string
  model: string | undefined
  /** The last four characters of the key; undefined when there was none. */
  keyEnding: string | undefined
  /** The request as it came; of a sound its name, type, size and fields. */
  body: unknown
  /** 0 while it is under way and when the client left before there was one. */
  status: number
  /** The text that was answered; undefined where there is none. */
  answer: string | undefined
}

const kept = 10_000

/** The requests of a simulator, the last ten thousand. */
export class RequestLog {
  #count = 0
  #entries: LogEntry[] = []

  /** Writes down a request; the entry is completed by whoever answers. */
  add(request: Omit<LogEntry, 'number' | 'status' | 'answer'>): LogEntry {
    this.#count += 1
    const entry: LogEntry = { number: this.#count, ...request, status: 0, answer: undefined }
    this.#entries.push(entry)
    if (this.#entries.length > kept) this.#entries = this.#entries.slice(-kept / 2)
    return entry
  }

  /** The requests so far, those of a kind only when one is given. */
  entries(kind?: string): readonly LogEntry[] {
    return kind === undefined ? this.#entries : this.#entries.filter((entry) => entry.kind === kind)
  }

  /** Forgets what was asked; the count goes on. */
  clear(): void {
    this.#entries = []
  }
}
