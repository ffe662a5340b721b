import { expect, test } from 'vitest'
import { RecordHealthTable } from '../../../api/cells/record-health.ts'
import type { RegionalMessage } from '../../../api/cells/regional-message.ts'
import { minute, noon, window } from './windows.ts'

function message(over: Partial<RegionalMessage>): RegionalMessage {
  return { ...window({ region: '370000' }), computed_at: noon, ...over } as RegionalMessage
}

test('rates come from the newest final window, delays from the newest reading', () => {
  const table = new RecordHealthTable('370000')
  table.put(message({ readings: 600, computed_at: noon + minute + 4_000 }))
  table.put(
    message({
      window_start: noon + minute,
      window_end: noon + 2 * minute,
      status: 'provisional',
      revision: 0,
      readings: 5,
      event_time_max: noon + minute + 10_000,
    }),
  )
  expect(table.healthOf('parking', noon + minute + 15_000)).toEqual({
    record: 'parking',
    newest_window: { window_start: noon + minute, window_end: noon + 2 * minute },
    readings_per_s: 10,
    watermark_delay_ms: 5_000,
    close_delay_ms: 4_000,
  })
})

test('other regions and older versions change nothing', () => {
  const table = new RecordHealthTable('370000')
  table.put(message({ readings: 600, version: 7 }))
  table.put(message({ readings: 60, version: 6 }))
  table.put(message({ readings: 1, version: 9, region: '370100' }))
  expect(table.healthOf('parking', noon).readings_per_s).toBe(10)
})

test('before anything was seen nothing is said', () => {
  expect(new RecordHealthTable('370000').healthOf('rack', noon)).toEqual({
    record: 'rack',
    newest_window: null,
    readings_per_s: null,
    watermark_delay_ms: null,
    close_delay_ms: null,
  })
})
