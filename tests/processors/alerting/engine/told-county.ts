import { AlertEngine, type EngineOptions } from '../../../../processors/alerting/engine/alert-engine.ts'
import type { JudgedMessage } from '../../../../processors/alerting/engine/judged-message.ts'
import type { Alert } from '../../../../schemas/alerts/alert.ts'
import type { Rule } from '../../../../schemas/alerts/rule.ts'
import type { Status } from '../../../../schemas/protocol/stream.ts'
import { regionOf } from '../../../../schemas/regions/regions.ts'

export const minute = 60_000
/** Start of window 0. */
export const t0 = Date.UTC(2026, 5, 1)
export const shinan = '370202'
export const shibei = '370203'
export const qingdao = '370200'

export const hot: Rule = {
  name: 'InletHot',
  group: 'datacenter',
  kpi: 'datacenter.inlet_max_c',
  scope: { level: 'county' },
  condition: { op: '>', threshold: 27 },
  clear: null,
  for: { windows: 1 },
  keepFiringFor: { windows: 1 },
  minCoverage: 0.8,
  noData: 'keep',
  on: 'final',
  severity: 'major',
  escalateAfterMs: null,
  dueMs: 4 * 60 * minute,
  inhibits: null,
  labels: { team: 'energy' },
  annotations: { summary_zh: '{{ region }} {{ value }}', summary_en: '{{ region }} at {{ value }}' },
}

export const silent: Rule = {
  ...hot,
  name: 'RacksSilent',
  kpi: 'datacenter.coverage_pct',
  condition: { op: '<', threshold: 50 },
  minCoverage: 0,
  severity: 'critical',
  inhibits: { feeds: 'same', rules: 'all' },
}

export interface Told {
  readonly region?: string
  /** Number of the minute. */
  readonly window: number
  readonly celsius?: number | null
  readonly coverage?: number
  readonly status?: Status
  readonly revision?: number
  /** How long after the end of the window it was computed, ms. */
  readonly after?: number
}

/** What kpi.regional says of the racks of a region in one minute. */
export function told({ region = shinan, window, celsius = 20, coverage = 1, ...rest }: Told): JudgedMessage {
  const { status = 'final' } = rest
  const revision = rest.revision ?? (status === 'provisional' ? 0 : status === 'final' ? 1 : 2)
  return {
    region,
    level: regionOf(region)!.level,
    record: 'rack',
    window_start: t0 + window * minute,
    window_end: t0 + (window + 1) * minute,
    status,
    revision,
    version: 1_000 * window + revision,
    coverage,
    computed_at: t0 + (window + 1) * minute + (rest.after ?? 2_000),
    kpis: [
      { kpi: 'datacenter.inlet_max_c', value: celsius },
      { kpi: 'datacenter.coverage_pct', value: 100 * coverage },
    ],
  }
}

export const engineOptions: EngineOptions = {
  keep: 20,
  flapping: { transitions: 6, withinMs: 30 * minute },
  mostOver: 1_000,
  horizonMs: 60 * minute,
}

/** An engine with its log: what was said to it, and what it said, as Kafka would keep it. */
export class ToldEngine {
  engine: AlertEngine
  readonly log: JudgedMessage[] = []
  /** Every value of every alert, in order. */
  readonly events: (readonly [id: string, alert: Alert | null])[] = []
  private rules: readonly Rule[]

  constructor(rules: readonly Rule[] = [hot, silent]) {
    this.rules = rules
    this.engine = this.fresh()
  }

  tell(...all: readonly Told[]): this {
    for (const one of all) {
      this.log.push(told(one))
      this.engine.judge(this.log.at(-1)!, this.log.length - 1)
      this.publish()
    }
    return this
  }

  publish(): void {
    this.events.push(...this.engine.take())
  }

  /** Killed, and started again: from a commit, with the state and the events that had been written by then. */
  restart(known: Parameters<AlertEngine['restore']>[0]): void {
    this.engine = this.fresh()
    this.engine.restore(known)
    for (let offset = known.position; offset < this.log.length; offset++) {
      this.engine.judge(this.log[offset]!, offset)
      this.publish()
    }
  }

  alert(id: string): Alert {
    const alert = this.engine.book.get(id)
    if (!alert) throw new Error(`no alert ${id} among ${[...this.engine.book.all()].map(a => a.alert_id)}`)
    return alert
  }

  fresh(): AlertEngine {
    return new AlertEngine(engineOptions, this.rules)
  }
}

/** What happened to an alert, in words. */
export function deeds({ history }: Alert): readonly string[] {
  return history.map(({ what }) => what)
}
