import { expect, test } from 'vitest'
import { parseSilentAssets } from '../../../../api/wallboard/protocol/parse-silent-assets.ts'

const asset = { asset_id: 'rack-1', name: null, record: 'rack', county: '370102', period_s: 10, as_of: 9 }
const answer = (...assets: object[]) => ({ total: 7, expected: 99, looked_back_ms: 3_600_000, assets })

test('silent assets are read; one without a name is called by its id', () => {
  const read = parseSilentAssets(
    answer(
      { ...asset, last_reading: 5 },
      { ...asset, name: 'Rack 2', last_reading: null, refused_code: 'field_range' },
    ),
  )
  expect(read).toMatchObject({ total: 7, expected: 99, looked_back_ms: 3_600_000 })
  expect(
    read?.assets.map(({ name, last_reading, refused_code }) => [name, last_reading, refused_code]),
  ).toEqual([
    ['rack-1', 5, null],
    ['Rack 2', null, 'field_range'],
  ])
})

test.each([
  ['nothing', undefined],
  ['no list', { total: 1, expected: 1, looked_back_ms: 1 }],
  ['no total', { ...answer(), total: '7' }],
  ['an asset without a county', answer({ ...asset, county: 3, last_reading: 5 })],
  ['a reason that is none', answer({ ...asset, last_reading: 5, refused_code: 3 })],
  ['a time that is none', answer({ ...asset, last_reading: 'soon' })],
])('an answer with %s is none', (_what, json) => {
  expect(parseSilentAssets(json)).toBeUndefined()
})
