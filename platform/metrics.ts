import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'

/**
 * The metrics of one process. Names follow one rule: `citybrain_<part>_<what>_<unit>`,
 * counters end in `_total`; the part is added here so that nobody can forget it.
 */
export class Metrics {
  readonly registry = new Registry()
  private readonly part: string

  constructor(part: string) {
    if (!/^[a-z][a-z0-9_]*$/.test(part)) throw new Error(`not a metrics part name: ${part}`)
    this.part = part
  }

  /** CPU, memory, event loop and garbage collection of this process. */
  collectProcess(): void {
    collectDefaultMetrics({ register: this.registry, prefix: `citybrain_${this.part}_` })
  }

  counter<L extends string>(what: string, help: string, labelNames: readonly L[] = []): Counter<L> {
    return new Counter({ name: this.name(`${what}_total`), help, labelNames, registers: [this.registry] })
  }

  gauge<L extends string>(what: string, help: string, labelNames: readonly L[] = []): Gauge<L> {
    return new Gauge({ name: this.name(what), help, labelNames, registers: [this.registry] })
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
