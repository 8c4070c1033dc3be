import { setTimeout as wait } from 'node:timers/promises'
import { createSimulator, type Simulator } from '@moltflow/simulator'
import { isServerTest } from '../harness-database.ts'
import { liftLimits, prepareInstallation } from '../lift-limits.ts'
import { databaseEnvironment } from '../process-database.ts'
import { programEnvironment, type ServerProcess, startServer, temporaryDirectory } from '../processes.ts'
import { untilAnswer } from '../until.ts'

const apiKey = `mf_${'conversa'.repeat(5)}`

// biome-ignore lint/suspicious/noExplicitAny: a black box answers with whatever JSON it has
export type Json = any

/** An account with a session: what its phone shows and what the API answers must agree in the end. */
export interface Linked {
  phone: string
  sessionId: string
}

/** One answer of the API. */
export interface Reply {
  status: number
  body: Json
}

/** A server, a simulator, five linked accounts, four friends and three groups. */
export class ConversationWorld implements AsyncDisposable {
  readonly simulator: Simulator
  readonly linked: Linked[] = []
  readonly friends: string[] = []
  readonly groups: string[] = []
  readonly #disposables: AsyncDisposable[]
  readonly #env: Record<string, string>
  #server: ServerProcess
  #restarting: Promise<void> | undefined

  private constructor(
    simulator: Simulator,
    server: ServerProcess,
    env: Record<string, string>,
    disposables: AsyncDisposable[],
  ) {
    this.simulator = simulator
    this.#server = server
    this.#env = env
    this.#disposables = disposables
  }

  /** Builds it all; receipts come quickly, and everybody reads. */
  static async create(): Promise<ConversationWorld> {
    const data = await temporaryDirectory()
    const database = await databaseEnvironment()
    const simulator = await createSimulator({ deliveryMs: 5, readMs: 15 })
    const env = {
      ...programEnvironment({ dataDirectory: data.path, simulatorUrl: simulator.url, apiKey }),
      ...database.env,
    }
    await prepareInstallation(env, liftLimits)
    const server = await startServer({ env, by: 'program' })
    const world = new ConversationWorld(simulator, server, env, [simulator, database, data])
    await world.#populate()
    return world
  }

  /** One call of the API; connection errors (the server is being restarted) are tried again. */
  async call(method: string, path: string, body?: unknown, headers = {}): Promise<Reply> {
    for (let attempt = 0; ; attempt++) {
      await this.#restarting
      try {
        const response = await fetch(`${this.#server.url}/api/v2${path}`, {
          method,
          headers: { 'x-api-key': apiKey, 'content-type': 'application/json', ...headers },
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        })
        const text = await response.text()
        return { status: response.status, body: text === '' ? undefined : JSON.parse(text) }
      } catch (error) {
        if (attempt >= 20) throw error
        await wait(200)
      }
    }
  }

  /** A call that must succeed. */
  async get(path: string): Promise<Json> {
    const { status, body } = await this.call('GET', path)
    if (status !== 200) throw new Error(`GET ${path}: ${status} ${JSON.stringify(body)}`)
    return body
  }

  /** Stops the server, by kill -9 where its leases do not outlive it, and starts it again. */
  restart(isKill: boolean): Promise<void> {
    const port = Number(new URL(this.#server.url).port)
    this.#restarting = (async () => {
      await this.#server.process.stop(isKill && !isServerTest ? 'SIGKILL' : 'SIGTERM')
      this.#server = await startServer({ env: this.#env, by: 'program', port })
    })()
    return this.#restarting
  }

  /** Waits until every session works. */
  async untilAllWork(): Promise<void> {
    const areWorking = (sessions: { status: string }[]) =>
      sessions.every(({ status }) => status === 'working')
    await untilAnswer(() => this.get('/sessions'), areWorking, { timeoutMs: 60_000 })
  }

  /** What the server printed: complaints belong nowhere. */
  get output(): string {
    return this.#server.process.output
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.process.stop('SIGKILL')
    for (const disposable of this.#disposables) await disposable[Symbol.asyncDispose]()
  }

  async #populate(): Promise<void> {
    for (let n = 0; n < 5; n++) await this.#link(`49155600000${n}0`)
    for (let n = 0; n < 4; n++) {
      const phone = `49155600001${n}0`
      this.simulator.createAccount({ phone, name: `Friend ${n}` })
      this.friends.push(phone)
    }
    for (const phone of [...this.linked.map((account) => account.phone), ...this.friends])
      this.simulator.setReceipts(phone, { mode: 'read', deliveryMs: 5, readMs: 15 })
    const phones = this.linked.map((account) => account.phone)
    // Linked accounts stay members; friends come and go.
    for (let n = 0; n < 3; n++) {
      const members = [...phones.slice(n), ...this.friends.slice(0, 2)]
      const { id } = this.simulator.createGroup({
        subject: `Group ${n}`,
        owner: phones[n] ?? '',
        members: members.slice(1),
      })
      this.groups.push(id)
    }
  }

  async #link(phone: string): Promise<void> {
    this.simulator.createAccount({ phone, name: `Account ${phone.slice(-2)}` })
    const { body: session } = await this.call('POST', '/sessions', { name: phone })
    await this.call('POST', `/sessions/${session.id}/start`)
    const askCode = () =>
      this.call('GET', `/sessions/${session.id}/qr`, undefined, { accept: 'application/json' })
    const { body } = await untilAnswer(askCode, ({ status }) => status === 200)
    this.simulator.scan(phone, body.code)
    this.linked.push({ phone, sessionId: session.id })
    await this.untilAllWork()
  }
}
