import { expect, test } from 'vitest'
import { recordIds } from '../../../schemas/records/record.ts'
import { records } from '../../../schemas/records/records.ts'
import { memoryIngest, noon, rackAsset } from '../memory-ingest.ts'

test('a rack without power at 0 °C has no sensors: taken, marked, counted', async () => {
  const { intake, sent, metrics } = memoryIngest()
  await intake.assets([rackAsset])
  sent.length = 0
  const readings = [
    { it_power_w: 0, inlet_temp_c: 0 },
    { inlet_temp_c: 0, in_use: false },
    // Empty, cold and a very short supply of power: all of them can be.
    { it_power_w: 0, inlet_temp_c: 21 },
    { it_power_w: 900, inlet_temp_c: 0 },
    { it_power_w: 0 },
    // The device says so itself. Why ingest doubts it, is ingest's to say.
    { it_power_w: 900, inlet_temp_c: 21, suspect: true, suspect_reason: 'because' },
  ].map((values, i) => ({ asset_id: 'rack-1', event_time: noon + i, ...values }))
  const receipt = await intake.readings('rack', readings)
  expect(receipt).toEqual({ accepted: 6, rejected: [] })
  expect(sent.map(({ value }) => [value.suspect, value.suspect_reason])).toEqual([
    [true, 'absent_sensor'],
    [true, 'absent_sensor'],
    [null, null],
    [null, null],
    [null, null],
    [true, null],
  ])
  expect(await metrics.registry.metrics()).toContain(
    'citybrain_ingest_doubted_readings_total{record="rack"} 2',
  )
})

test.each(recordIds)('%s has the fields that its doubts need', id => {
  const { doubts, suspectField, fields } = records[id]
  if (!doubts) return
  const names = fields.map(({ name }) => name)
  expect(suspectField).toBe('suspect')
  const asked = doubts.flatMap(({ when }) => Object.keys(when))
  expect(names).toEqual(expect.arrayContaining(['suspect', 'suspect_reason', ...asked]))
})
