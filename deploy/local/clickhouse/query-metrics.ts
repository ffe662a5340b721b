import type { Metrics } from '../../../platform/metrics.ts'
import type { Lane } from './engine/admission.ts'
import type { ClickHouseException } from './protocol/exception.ts'
import type { QueryAnswer } from './run-query.ts'

export interface QueryMetrics {
  answered(answer: QueryAnswer, seconds: number): void
  failed(exception: ClickHouseException, seconds: number): void
}

const secondsBuckets = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60]

export function queryMetrics(metrics: Metrics, lanes: Readonly<Record<string, Lane>>): QueryMetrics {
  const queries = metrics.counter('queries', 'Queries by kind (error: never classified) and outcome', [
    'kind',
    'outcome',
  ])
  const rows = metrics.counter('insert_rows', 'Rows of acknowledged inserts')
  const bytes = metrics.counter('result_bytes', 'Bytes of results before compression')
  const seconds = metrics.histogram('query_seconds', 'From request to result', secondsBuckets, ['kind'])
  const running = metrics.gauge('queries_running', 'Queries in the engine', ['lane'])
  const waiting = metrics.gauge('queries_waiting', 'Queries waiting for the engine', ['lane'])
  const observeLanes = () => {
    for (const [lane, { running: active, waiting: queued }] of Object.entries(lanes)) {
      running.set({ lane }, active)
      waiting.set({ lane }, queued)
    }
  }
  return {
    answered(answer, elapsed) {
      queries.inc({ kind: answer.kind, outcome: 'ok' })
      rows.inc(answer.rowsWritten)
      bytes.inc(answer.bytes.length)
      seconds.observe({ kind: answer.kind }, elapsed)
      observeLanes()
    },
    failed(exception, elapsed) {
      queries.inc({ kind: 'error', outcome: exception.codeName })
      seconds.observe({ kind: 'error' }, elapsed)
      observeLanes()
    },
  }
}
