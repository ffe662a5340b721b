import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'

/**
 * The metrics of one process. Names follow one rule: `citybrain_<part>_<what>_<unit>`,
 * counters end in `_total`; the part is added here so that nobody can forget it.
 */
export class Metrics {
  readonly registry: Registry
  private readonly part: string

  constructor(part: string, registry = new Registry()) {
    if (!/^[a-z][a-z0-9_]*$/.test(part)) throw new Error(`not a metrics part name: ${part}`)
    this.part = part
    this.registry = registry
  }

  /** The metrics of another part in the same process. */
  of(part: string): Metrics {
    return new Metrics(part, this.registry)
  }

  /** CPU, memory, event loop and garbage collection of this process. */
  collectProcess(): void {
    collectDefaultMetrics({ register: this.registry, prefix: `citybrain_${this.part}_` })
    // Sums over kinds, which have gauges of their own: a name that ends so is a counter's.
    for (const { name } of this.registry.getMetricsAsArray()) {
      if (name.endsWith('_total') && this.registry.getSingleMetric(name) instanceof Gauge) {
        this.registry.removeSingleMetric(name)
      }
    }
  }

  counter<L extends string>(what: string, help: string, labelNames: readonly L[] = []): Counter<L> {
    return new Counter({ name: this.name(`${what}_total`), help, labelNames, registers: [this.registry] })
  }

  /** @param read asked for the value whenever the metrics are, where nothing else sets it */
  gauge<L extends string>(
    what: string,
    help: string,
    labelNames: readonly L[] = [],
    read?: () => number | Promise<number>,
  ): Gauge<L> {
    const options = { name: this.name(what), help, labelNames, registers: [this.registry] }
    if (!read) return new Gauge(options)
    return new Gauge({
      ...options,
      async collect() {
        this.set(await read())
      },
    })
  }

  /** A gauge whose values, one for each value of its only label, are asked for whenever the metrics are. */
  gaugeBy(what: string, help: string, label: string, read: () => Iterable<readonly [string, number]>): void {
    new Gauge({
      name: this.name(what),
      help,
      labelNames: [label],
      registers: [this.registry],
      collect() {
        this.reset()
        for (const [value, number] of read()) this.set({ [label]: value }, number)
      },
    })
  }

  histogram<L extends string>(
    what: string,
    help: string,
    buckets: readonly number[],
    labelNames: readonly L[] = [],
  ): Histogram<L> {
    return new Histogram({
      name: this.name(what),
      help,
      labelNames,
      buckets: [...buckets],
      registers: [this.registry],
    })
  }

  private name(what: string): string {
    return `citybrain_${this.part}_${what}`
  }
}
