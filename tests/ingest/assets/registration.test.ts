import { describe, expect, it } from 'vitest'
import { cellAsset, memoryIngest, noon, rackAsset } from '../memory-ingest.ts'

describe('registering assets', () => {
  it('keeps what was said, null what was not, and the county in force', async () => {
    const { intake, sent } = memoryIngest()
    const asset = {
      ...rackAsset,
      county: '371200',
      name: '莱芜 1',
      commissioned_at: '2026-01-01T00:00:00+08:00',
    }
    expect(await intake.assets([asset])).toEqual({ accepted: 1, rejected: [] })
    expect(sent).toEqual([
      {
        topic: 'registry.assets',
        key: 'rack-1',
        value: {
          asset_id: 'rack-1',
          record: 'rack',
          kind: 'rack',
          county: '370116',
          name: '莱芜 1',
          lat: null,
          lon: null,
          period_s: 60,
          capacity: null,
          length_km: null,
          voltage_kv: null,
          commissioned_at: Date.UTC(2025, 11, 31, 16),
          retired_at: null,
          source_dataset: null,
          source_id: null,
          updated_at: noon,
          expected_from: noon,
          former: [],
        },
      },
    ])
  })

  it('does not write again what is registered just so', async () => {
    const { intake, sent } = memoryIngest()
    await intake.assets([rackAsset, cellAsset])
    expect(await intake.assets([rackAsset, { ...cellAsset, period_s: 300 }])).toMatchObject({ accepted: 2 })
    expect(sent.map(({ key }) => key)).toEqual(['rack-1', 'cell-1', 'cell-1'])
  })

  it('takes the last of several in one request', async () => {
    const { intake, sent } = memoryIngest()
    await intake.assets([rackAsset, { ...rackAsset, name: 'b' }])
    expect(sent.map(({ value }) => value.name)).toEqual(['b'])
    await intake.assets([rackAsset, { ...rackAsset, name: 'b' }])
    expect(sent).toHaveLength(1)
  })

  it.each([
    ['not_an_object', 'rack-1'],
    ['field_missing', { ...rackAsset, county: undefined }],
    ['field_type', { ...rackAsset, asset_id: 'rack 1' }],
    ['field_type', { ...rackAsset, period_s: '60' }],
    ['field_range', { ...rackAsset, lat: 91 }],
    ['field_length', { ...rackAsset, name: 'x'.repeat(2000) }],
    ['field_relation', { ...rackAsset, commissioned_at: noon, retired_at: noon - 1 }],
    ['enum_value', { ...rackAsset, kind: 'car' }],
    ['unknown_record', { ...rackAsset, record: 'car' }],
    ['unknown_county', { ...rackAsset, county: '370100' }],
    ['unknown_county', { ...rackAsset, county: '110101' }],
    ['wrong_kind', { ...rackAsset, kind: 'cell' }],
  ])('refuses with %s', async (code, item) => {
    const { intake, sent } = memoryIngest()
    expect(await intake.assets([item])).toMatchObject({ accepted: 0, rejected: [{ index: 0, code }] })
    expect(sent).toEqual([])
  })
})
