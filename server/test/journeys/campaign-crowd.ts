import type { ApiClient, Reply } from '../api-client.ts'
import type { SimulatorProcess } from '../processes.ts'

/** Something as JSON. */
export type Json = Reply['body']

/** What somebody does about a campaign. */
export type Habit =
  | 'reads'
  /** Hides whether they have read. */
  | 'hides'
  /** Their phone is off. */
  | 'away'
  /** Writes back at once. */
  | 'answers'
  /** Asks to be left alone once they have it. */
  | 'stops'
  /** Has written before: may be written to while WhatsApp allows no new conversation. */
  | 'warm'
  /** Asks to be left alone before their turn comes. */
  | 'stopped'
  /** Somebody enters that they want to be left alone, before their turn comes. */
  | 'entered'

/** What the recipient is in the end; `opted_out` of those who never got it, too. */
const ends: Readonly<Record<Habit, string>> = {
  reads: 'read',
  hides: 'delivered',
  away: 'sent',
  answers: 'replied',
  stops: 'opted_out',
  warm: 'read',
  stopped: 'opted_out',
  entered: 'opted_out',
}
const unreached: ReadonlySet<Habit> = new Set(['stopped', 'entered'])
const mostWarm = 3

/** The people of a campaign, each with a habit, and what their phones saw of it. */
export class CampaignCrowd {
  readonly phones: readonly string[]
  readonly #habits: ReadonlyMap<string, Habit>
  readonly #simulator: SimulatorProcess
  readonly #desk: string

  constructor(simulator: SimulatorProcess, desk: string, size: number) {
    this.#simulator = simulator
    this.#desk = desk
    this.phones = Array.from({ length: size }, (_, n) => String(4_915_550_810_000 + n))
    let warm = 0
    const habitOf = (n: number): Habit => {
      // Whose turn comes late is still to be written to when they ask not to be.
      if (n >= size / 2 && n % 9 === 7) return 'stopped'
      if (n >= size / 2 && n % 9 === 8) return 'entered'
      if (n % 9 === 5 && warm < mostWarm) {
        warm += 1
        return 'warm'
      }
      return (['reads', 'hides', 'away', 'answers', 'stops'] as const)[n % 9] ?? 'reads'
    }
    this.#habits = new Map(this.phones.map((phone, n) => [phone, habitOf(n)]))
  }

  /** Those with a habit. */
  having(...habits: readonly Habit[]): string[] {
    return this.phones.filter((phone) => habits.includes(this.#habits.get(phone) as Habit))
  }

  /** Gives everybody a phone that behaves as its owner does about texts that begin so. */
  async settle(about: string): Promise<void> {
    const call = (path: string, body: object, method = 'POST') =>
      this.#simulator.call(method, `/accounts${path}`, body)
    for (const phone of [this.#desk, ...this.phones]) await call('', { phone, name: phone })
    for (const phone of this.having('hides')) await call(`/${phone}/receipts`, { mode: 'delivery' })
    for (const phone of this.having('away')) await call(`/${phone}/receipts`, { mode: 'none' })
    for (const phone of this.having('answers', 'stops')) {
      const text = this.#habits.get(phone) === 'stops' ? 'STOP' : 'Tell me more'
      await call(`/${phone}/script`, { rules: [{ when: { text: `^${about}` }, answer: { text } }] }, 'PUT')
    }
  }

  /** Those who have written before do so. */
  write(habit: Habit, text: string): Promise<unknown> {
    const to = `${this.#desk}@c.us`
    const writers = this.having(habit)
    return Promise.all(
      writers.map((phone) => this.#simulator.call('POST', `/accounts/${phone}/messages`, { to, text })),
    )
  }

  /** Somebody enters by hand who wants to be left alone. */
  async enter(api: ApiClient): Promise<void> {
    for (const phone of this.having('entered')) await api.put(200, `/opt-outs/${phone}`, {})
  }

  /** What each phone got that begins so. */
  async received(about: string): Promise<Map<string, string[]>> {
    const found = new Map<string, string[]>()
    for (const phone of this.phones) {
      const messages = await this.#simulator.call<Json[]>('GET', `/accounts/${phone}/messages`)
      const texts = messages.map(({ text: said }) => String(said)).filter((said) => said.startsWith(about))
      found.set(phone, texts)
    }
    return found
  }

  /** Where everybody stands when all that was to come has come, by phone (`+` and digits). */
  expectedStatuses(): Record<string, string> {
    return Object.fromEntries([...this.#habits].map(([phone, habit]) => [`+${phone}`, ends[habit]]))
  }

  /** The funnel of a campaign that reached these phones, as their owners would tell it. */
  expectedFunnel(reached: ReadonlySet<string>): Record<string, number> {
    const count = (...habits: readonly Habit[]) =>
      this.having(...habits).filter((phone) => reached.has(phone)).length
    const delivered = reached.size - count('away')
    return {
      total: this.phones.length,
      sent: reached.size,
      delivered,
      read: delivered - count('hides'),
      replied: count('answers'),
      ignored: 0,
      failed: 0,
      skipped: this.having(...unreached).length,
      opted_out: count('stops'),
      read_unknown: count('hides'),
    }
  }

  /** Those who should have it. */
  expectedReached(): string[] {
    return this.phones.filter((phone) => !unreached.has(this.#habits.get(phone) as Habit))
  }
}
