import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'

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
  /** What `GET /metrics` answers. */
  render(): Promise<{ contentType: string; body: string }>
}

const secondsBuckets = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

/** Makes a registry of its own with the process's default measurements; names get the prefix `moltflow_`. */
export function createMetrics(): Metrics {
  const registry = new Registry()
  // The default looks at the loop a hundred times a second, which is most of what an idle process would do.
  collectDefaultMetrics({ register: registry, prefix: 'moltflow_', eventLoopMonitoringPrecision: 200 })
  const registers = [registry]
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
    render: async () => ({ contentType: registry.contentType, body: await registry.metrics() }),
  }
}
