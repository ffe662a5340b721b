import { describe, expect, it } from 'vitest'
import { redriveOptions } from '../../../ingest/redrive/redrive-options.ts'

describe('the options of redrive', () => {
  it('are everything there is, of the local system, when none is given', () => {
    expect(redriveOptions([], {})).toEqual({
      selection: {
        codes: null,
        records: null,
        fromMs: Number.NEGATIVE_INFINITY,
        toMs: Number.POSITIVE_INFINITY,
      },
      again: false,
      dryRun: false,
      addresses: {
        door: 'http://127.0.0.1:8090',
        brokers: '127.0.0.1:9092',
        registry: 'http://127.0.0.1:8081',
      },
    })
  })

  it('select by code, record and time', () => {
    const args = '--reason unknown_asset --reason wrong_kind --record rack --from 2026-07-01T00:00:00Z'
    const { selection } = redriveOptions([...args.split(' '), '--to', '2026-07-02T00:00:00+08:00'], {})
    expect(selection).toEqual({
      codes: new Set(['unknown_asset', 'wrong_kind']),
      records: new Set(['rack']),
      fromMs: Date.UTC(2026, 6, 1),
      toMs: Date.UTC(2026, 6, 1, 16),
    })
  })

  it('find a system by its port offset, unless the environment says where it is', () => {
    const env = { KAFKA_BROKERS: 'k1:9092,k2:9092', INGEST_HOST: '', SCHEMA_REGISTRY_URL: '' }
    expect(redriveOptions(['--port-offset', '2900'], env).addresses).toEqual({
      door: 'http://127.0.0.1:10990',
      brokers: 'k1:9092,k2:9092',
      registry: 'http://127.0.0.1:10981',
    })
    expect(redriveOptions(['--door', 'https://door/'], {}).addresses.door).toBe('https://door')
  })

  it.each([
    ['--reason', 'unknown-asset'],
    ['--record', 'racks'],
    ['--from', 'yesterday'],
    ['--to', '2026-07-01'],
    ['--port-offset', 'x'],
    ['--since', '2026-07-01T00:00:00Z'],
    ['now'],
  ])('are refused where they are wrong: %s %s', (...args) => {
    expect(() => redriveOptions(args, {})).toThrow(expect.objectContaining({ code: 'usage' }))
  })
})
