import pg from 'pg'

/** Opens a connection that is used for nothing but LISTEN. */
export type OpenClient = () => pg.Client

/** Who hears how the connection fares. */
export interface ListenerReports {
  onError(error: Error): void
  /** It is there again after it was lost. */
  onReconnect(): void
}

interface Channel {
  onPayload: Set<(payload: string) => void>
  onReconnect: Set<() => void>
}

const firstRetryMs = 100
const longestRetryMs = 5000

/** One connection for all channels; it comes back after a loss and listens again. */
export class Listener {
  readonly #open: OpenClient
  readonly #reports: ListenerReports
  readonly #channels = new Map<string, Channel>()
  #client: pg.Client | undefined
  #connecting: Promise<pg.Client> | undefined
  #retry: NodeJS.Timeout | undefined
  #retryMs = firstRetryMs
  #isClosed = false

  constructor(open: OpenClient, reports: ListenerReports) {
    this.#open = open
    this.#reports = reports
  }

  /** Calls `onPayload` for each notification; `onReconnect` after a gap in which some may be lost. */
  async listen(
    name: string,
    onPayload: (payload: string) => void,
    onReconnect: () => void = () => undefined,
  ): Promise<{ close(): Promise<void> }> {
    const known = this.#channels.get(name)
    const channel = known ?? { onPayload: new Set(), onReconnect: new Set() }
    channel.onPayload.add(onPayload)
    channel.onReconnect.add(onReconnect)
    this.#channels.set(name, channel)
    const isFirstConnection = this.#client === undefined
    const client = await this.#connect()
    if (known === undefined && !isFirstConnection) await client.query(`LISTEN ${pg.escapeIdentifier(name)}`)
    return {
      close: async () => {
        channel.onPayload.delete(onPayload)
        channel.onReconnect.delete(onReconnect)
        if (channel.onPayload.size > 0) return
        this.#channels.delete(name)
        // A connection that breaks meanwhile listens to nothing any more: a stop does not fail for that.
        await this.#client?.query(`UNLISTEN ${pg.escapeIdentifier(name)}`).catch(() => undefined)
      },
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true
    clearTimeout(this.#retry)
    const client = this.#client
    this.#client = undefined
    await client?.end()
  }

  #connect(): Promise<pg.Client> {
    if (this.#client !== undefined) return Promise.resolve(this.#client)
    this.#connecting ??= this.#start().finally(() => {
      this.#connecting = undefined
    })
    return this.#connecting
  }

  async #start(): Promise<pg.Client> {
    const client = this.#open()
    let hasEnded = false
    const end = (error?: Error): void => {
      if (hasEnded) return
      hasEnded = true
      if (this.#client === client) this.#lose(error ?? new Error('the connection for notifications ended'))
      client.end().catch(() => undefined)
    }
    client.on('error', end)
    client.on('end', () => end())
    client.on('notification', (message) => {
      for (const run of this.#channels.get(message.channel)?.onPayload ?? []) run(message.payload ?? '')
    })
    try {
      await client.connect()
      for (const name of this.#channels.keys()) await client.query(`LISTEN ${pg.escapeIdentifier(name)}`)
      if (this.#isClosed) throw new Error('the database is closed')
    } catch (error) {
      // A server that lets everybody in and lets nobody listen, as one that only reads, would be full of these.
      end()
      throw error
    }
    this.#client = client
    this.#retryMs = firstRetryMs
    return client
  }

  #lose(error: Error): void {
    this.#client = undefined
    if (this.#isClosed) return
    this.#reports.onError(error)
    this.#scheduleRetry()
  }

  #scheduleRetry(): void {
    this.#retry = setTimeout(() => {
      this.#connect().then(
        () => {
          this.#reports.onReconnect()
          for (const channel of this.#channels.values()) for (const run of channel.onReconnect) run()
        },
        (error: Error) => {
          if (this.#isClosed) return
          this.#reports.onError(error)
          this.#scheduleRetry()
        },
      )
    }, this.#retryMs)
    this.#retry.unref()
    this.#retryMs = Math.min(this.#retryMs * 2, longestRetryMs)
  }
}
