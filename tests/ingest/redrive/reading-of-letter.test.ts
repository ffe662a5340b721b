import { describe, expect, it, test } from 'vitest'
import { deadLetter as letterOfItem } from '../../../ingest/pipeline/dead-letter.ts'
import { Refusal } from '../../../ingest/pipeline/refusal.ts'
import { type DecodeReading, readingOfLetter } from '../../../ingest/redrive/reading-of-letter.ts'
import { CodedError } from '../../../platform/errors.ts'
import { lostOf, rejectedOf } from '../../../processors/archive/dead-letters.ts'
import { deadLetter, refusedAt } from './letters.ts'

const noDecoder: DecodeReading = () => Promise.reject(new Error('asked to decode'))
const item = { asset_id: 'rack-1', event_time: refusedAt - 1_000, it_power_w: 4200 }

describe('the reading behind a dead letter', () => {
  it('is what the device sent', async () => {
    expect(await readingOfLetter(deadLetter(), noDecoder)).toEqual({ record: 'rack', item })
  })

  it('names its sender as it was known when it was refused', async () => {
    const resent = async (payload: object, source: string | null) =>
      readingOfLetter(deadLetter({ payload: JSON.stringify(payload), source }), noDecoder)
    expect(await resent(item, 'simulator')).toMatchObject({ item: { ...item, source: 'simulator' } })
    expect(await resent({ ...item, source: 'dcim' }, 'dcim')).toMatchObject({ item: { source: 'dcim' } })
    // Its sender's mistake stays its sender's mistake.
    expect(await resent({ ...item, source: 5 }, null)).toMatchObject({ item: { source: 5 } })
  })

  it('is whatever came, where that was no object', async () => {
    expect(await readingOfLetter(deadLetter({ payload: '17', source: 'x' }), noDecoder)).toEqual({
      record: 'rack',
      item: 17,
    })
  })

  it('is lost where the payload is not JSON: broken when it came, or cut', async () => {
    const cut = letterOfItem('rack', { ...item, note: 'y'.repeat(70_000) }, refusal('unknown_asset'), null, 0)
    for (const letter of [deadLetter({ payload: '{"broken' }), cut]) {
      expect(await readingOfLetter(letter, noDecoder)).toMatchObject({ code: 'malformed_json' })
    }
    expect(await readingOfLetter(deadLetter({ record: 'car' }), noDecoder)).toMatchObject({
      code: 'unknown_record',
    })
  })
})

test('there is none behind offsets that nobody could read, and it is said which', async () => {
  const letter = lostOf('telemetry.rack', { partition: 2, from: 5, through: 20 }, refusedAt)
  expect(await readingOfLetter(letter, noDecoder)).toMatchObject({
    code: 'undecodable',
    message: 'telemetry.rack partition 2, offsets 5 to 19: gone from the log before they were stored',
  })
})

describe('the reading behind a message that the archive refused', () => {
  const message = {
    partition: 3,
    offset: 17,
    key: Buffer.from('rack-1'),
    value: Buffer.from([0, 0, 0, 0, 9, 1, 2]),
    timestamp: String(refusedAt),
  }
  const letter = rejectedOf('telemetry.rack', message, 'ClickHouse said no')

  it('is decoded from the bytes', async () => {
    const decode: DecodeReading = async (record, value) => ({ record, bytes: [...value] })
    expect(await readingOfLetter(letter, decode)).toEqual({
      record: 'rack',
      item: { record: 'rack', bytes: [...message.value] },
    })
  })

  it('is reported with its place in the log where it does not decode', async () => {
    const decode: DecodeReading = async () => new Refusal('undecodable', 'an Avro datum ends early')
    expect(await readingOfLetter(letter, decode)).toEqual(
      new Refusal('undecodable', 'telemetry.rack 3/17: an Avro datum ends early'),
    )
    const others = [
      rejectedOf('kpi.late', message, ''),
      rejectedOf('telemetry.rejected', message, ''),
      rejectedOf('telemetry.rack', { ...message, value: null }, ''),
      { ...letter, payload: '{' },
      { ...letter, payload: '{"topic":"telemetry.rack"}' },
    ]
    for (const other of others) {
      expect(await readingOfLetter(other, noDecoder)).toMatchObject({ code: 'undecodable' })
    }
  })

  it('is known by its place and size where it was too large for a dead letter', async () => {
    const large = rejectedOf('telemetry.rack', { ...message, value: Buffer.alloc(800_000) }, 'no')
    expect(large.payload.length).toBeLessThan(1_000)
    expect(await readingOfLetter(large, noDecoder)).toEqual(
      new Refusal('undecodable', 'telemetry.rack 3/17 has 800000 bytes, too many for a dead letter to keep'),
    )
  })

  it('is not given up because the registry is away', async () => {
    const away = new CodedError('registry_unavailable', 'connection refused')
    await expect(readingOfLetter(letter, () => Promise.reject(away))).rejects.toBe(away)
  })
})

function refusal(code: 'unknown_asset'): Refusal {
  return new Refusal(code, '')
}
