import { expect, it } from 'vitest'
import { correctedMessages } from '../../../processors/correct/corrected-messages.ts'
import { differences } from '../../../processors/correct/differences.ts'
import type { WindowToCorrect } from '../../../processors/correct/window-to-correct.ts'
import { rollUp, type Totals } from '../../../processors/regional/totals.ts'
import { measures, messageOf, start, totalsOf, windowOf } from './windows.ts'

/** Two counties of Jinan and one of Qingdao; the registry expects twice what it did. */
const before = new Map([
  ['370102', totalsOf(2, 50, 2)],
  ['370103', totalsOf(1, 20, 1)],
  ['370202', totalsOf(4, 90, 4)],
])
const expectedNow = new Map([
  ['370102', 4],
  ['370103', 2],
  ['370202', 8],
  ['370104', 1],
])

function stored(counties: ReadonlyMap<string, Totals>): WindowToCorrect {
  return windowOf([...rollUp(measures, counties)].map(([region, totals]) => messageOf(region, totals)))
}

function corrected(window: WindowToCorrect, expected: ReadonlyMap<string, number>, only?: Set<string>) {
  return correctedMessages({
    window,
    measures,
    recomputed: new Map([...before].filter(([county]) => !only || only.has(county))),
    expected,
    reason: 'recompute',
    now: start,
  })
}

const coverageOf = (messages: ReturnType<typeof corrected>) =>
  Object.fromEntries(messages.map(({ region, assets, expected }) => [region, [assets, expected]]))

it('applies the registry as it is now to the whole window, silent counties too', () => {
  expect(coverageOf(corrected(stored(before), expectedNow))).toEqual({
    '370102': [2, 4],
    '370103': [1, 2],
    '370104': [0, 1],
    '370100': [3, 7],
    '370202': [4, 8],
    '370200': [4, 8],
    'circle-shenghui': [3, 7],
    'circle-jiaodong': [4, 8],
    '370000': [7, 15],
  })
})

it('is of one registry, whatever part of the window was computed again', () => {
  const ofOne = coverageOf(corrected(stored(before), expectedNow, new Set(['370102'])))
  expect(ofOne).toEqual(coverageOf(corrected(stored(before), expectedNow)))
  expect(coverageOf(corrected(stored(before), expectedNow, new Set()))).toEqual(ofOne)
})

it('expects nothing of a county where nothing is in service any more', () => {
  const gone = new Map([...before].map(([county, { expected }]) => [county, expected]))
  gone.delete('370103')
  expect(coverageOf(corrected(stored(before), gone, new Set()))).toEqual({
    '370103': [1, 0],
    '370100': [3, 2],
    'circle-shenghui': [3, 2],
    '370000': [7, 6],
  })
})

it('finds nothing to say where all is stored as it comes out', () => {
  const asExpected = new Map([...before].map(([county, totals]) => [county, totals.expected]))
  expect(corrected(stored(before), asExpected)).toEqual([])
})

it("finds a county's measures that are not what its readings give, though no KPI shows it", () => {
  const window = stored(before)
  const { totals, ...county } = window.counties.get('370102')!
  const wrong = {
    ...totals,
    measures: totals.measures.map((measure, i) => (i === 0 ? measure + 1 : measure)),
  }
  const tampered = {
    ...window,
    counties: new Map([...window.counties, ['370102', { ...county, totals: wrong }]]),
  }
  const asExpected = new Map([...before].map(([code, { expected }]) => [code, expected]))
  const messages = corrected(tampered, asExpected)
  expect(messages.map(({ region, revision, status }) => [region, revision, status])).toEqual([
    ['370102', 2, 'corrected'],
  ])
  expect(differences(messages[0]!, tampered, measures)).toEqual([
    { kind: 'measure', name: 'occupied', stored: 51, computed: 50 },
  ])
})

it('publishes measures that are missing beside the KPIs made of them', () => {
  const window = stored(before)
  const counties = new Map([...window.counties].filter(([county]) => county !== '370202'))
  const asExpected = new Map([...before].map(([county, totals]) => [county, totals.expected]))
  expect(corrected({ ...window, counties }, asExpected).map(({ region }) => region)).toEqual(['370202'])
})

it('tells an extreme of nothing from any number', () => {
  const message = messageOf('370102', totalsOf(2, 50, 2))
  const infinite = { ...message, measures: message.measures.map(() => Number.NEGATIVE_INFINITY) }
  expect(differences(infinite, windowOf([message]), measures)).toHaveLength(measures.length)
  expect(differences(infinite, windowOf([infinite]), measures)).toEqual([])
})
