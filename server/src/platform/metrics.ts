import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'

/** A figure that is read when somebody scrapes; named without `moltflow_`. */
export interface GaugeName {
  name: string
  help: string
  label?: string
}

/** What a gauge says now; `label` is the value of its label. */
export interface GaugeReading {
  name: string
  value: number
  label?: string
}

/** Figures that are read together. */
export interface GaugeSource {
  name: string
  gauges: readonly GaugeName[]
  read(): Promise<readonly GaugeReading[]>
}

/** The process's measurements, in Prometheus' format. */
export interface Metrics {
  readonly registry: Registry
  counter<L extends string>(name: string, help: string, labels?: readonly L[]): Counter<L>
  /** Seconds, unless the name says otherwise. */
  histogram<L extends string>(
    name: string,
    help: string,
    labels?: readonly L[],
    buckets?: readonly number[],
  ): Histogram<L>
  /** `read` is called at each scrape. */
  gauge(name: string, help: string, read: () => number): void
  /**
   * `read` is called at a scrape, at most every few seconds. When it fails or takes too long its figures are left out and
   * `moltflow_scrape_failed` says so: what cannot be read must look neither like zero nor like before.
   */
  watch(source: GaugeSource): void
  /** What `GET /metrics` answers. */
  render(): Promise<{ contentType: string; body: string }>
}

const readAtMostEveryMs = 5000
const readWithinMs = 2000

/** A source and the gauges that hold what it said last. */
class Watched {
  readonly #source: GaugeSource
  readonly #gauges: ReadonlyMap<string, { gauge: Gauge; label: string | undefined }>
  readonly #failed: Gauge
  #readAtMs = Number.NEGATIVE_INFINITY
  #reading: Promise<void> | undefined

  constructor(source: GaugeSource, registers: Registry[], failed: Gauge) {
    this.#source = source
    this.#failed = failed
    this.#gauges = new Map(
      source.gauges.map(({ name, help, label }) => {
        const labelNames = label === undefined ? [] : [label]
        return [name, { label, gauge: new Gauge({ name: `moltflow_${name}`, help, labelNames, registers }) }]
      }),
    )
  }

  /** Several scrapers share what one of them made it read. */
  refresh(): Promise<void> {
    if (performance.now() - this.#readAtMs < readAtMostEveryMs) return Promise.resolve()
    this.#reading ??= this.#read().finally(() => {
      this.#reading = undefined
    })
    return this.#reading
  }

  async #read(): Promise<void> {
    try {
      const readings = await within(readWithinMs, this.#source.read())
      this.#clear()
      for (const { name, value, label } of readings) this.#set(name, value, label)
      this.#failed.set({ source: this.#source.name }, 0)
      this.#readAtMs = performance.now()
    } catch {
      this.#clear()
      this.#failed.set({ source: this.#source.name }, 1)
    }
  }

  #set(name: string, value: number, label: string | undefined): void {
    const found = this.#gauges.get(name)
    if (found === undefined) throw new Error(`${this.#source.name} reads ${name}, which it does not declare`)
    if (found.label === undefined) found.gauge.set(value)
    else found.gauge.set({ [found.label]: label ?? '' }, value)
  }

  #clear(): void {
    for (const { gauge, label } of this.#gauges.values()) {
      gauge.reset()
      // Resetting one without a label makes it zero.
      if (label === undefined) gauge.remove()
    }
  }
}

async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('the figures were not read in time')), ms)
    timer.unref()
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}

const secondsBuckets = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

/** Makes a registry of its own with the process's default measurements; names get the prefix `moltflow_`. */
export function createMetrics(): Metrics {
  const registry = new Registry()
  // The default looks at the loop a hundred times a second, which is most of what an idle process would do.
  collectDefaultMetrics({ register: registry, prefix: 'moltflow_', eventLoopMonitoringPrecision: 200 })
  const registers = [registry]
  const watched: Watched[] = []
  const failed = new Gauge({
    name: 'moltflow_scrape_failed',
    help: '1 while these figures cannot be read',
    labelNames: ['source'],
    registers,
  })
  return {
    registry,
    counter: (name, help, labels = []) =>
      new Counter({ name: `moltflow_${name}`, help, labelNames: [...labels], registers }),
    histogram: (name, help, labels = [], buckets = secondsBuckets) =>
      new Histogram({
        name: `moltflow_${name}`,
        help,
        labelNames: [...labels],
        buckets: [...buckets],
        registers,
      }),
    gauge(name, help, read) {
      new Gauge({
        name: `moltflow_${name}`,
        help,
        registers,
        collect() {
          this.set(read())
        },
      })
    },
    watch(source) {
      watched.push(new Watched(source, registers, failed))
    },
    async render() {
      await Promise.all(watched.map((one) => one.refresh()))
      return { contentType: registry.contentType, body: await registry.metrics() }
    },
  }
}
