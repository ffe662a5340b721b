import type { DeadLetter } from '../../../schemas/records/dead-letter.ts'

export const refusedAt = Date.UTC(2026, 6, 1, 12)

/** A dead letter of a rack that nobody had registered. */
export function deadLetter(change: Partial<DeadLetter<string>> = {}): DeadLetter<string> {
  return {
    record: 'rack',
    asset_id: 'rack-1',
    event_time: refusedAt - 1_000,
    received_at: refusedAt,
    source: null,
    code: 'unknown_asset',
    message: '"rack-1" is not registered',
    payload: JSON.stringify({ asset_id: 'rack-1', event_time: refusedAt - 1_000, it_power_w: 4200 }),
    ...change,
  }
}
