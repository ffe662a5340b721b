import { describe, expect, test } from 'vitest'
import { createNavigation } from '../../../../api/wallboard/state/navigation.ts'
import { type Route, readRoute, writeRoute } from '../../../../api/wallboard/state/route.ts'

const everything: Route = {
  screen: 'timemachine',
  region: '370200',
  kpi: 'datacenter.pue',
  language: 'en',
  origin: { kpi: 'parking.occupancy_pct', region: '370102', windowStart: 1_764_121_680_000 },
  alert: 'ParkingFull:370200:20260601T000000Z',
  at: 1_764_121_690_000,
  known: 'now',
  map: 'counties',
}

/** A navigation with an address bar in the test's hand. */
function begin(search = '', scope?: Parameters<typeof createNavigation>[1]) {
  const bar = { search, steps: 0, back: (): void => undefined }
  const navigation = createNavigation(
    {
      search: () => bar.search,
      show(next, step) {
        bar.search = next
        if (step) bar.steps++
      },
      onBack(act) {
        bar.back = act
      },
    },
    scope,
  )
  return { bar, navigation, at: () => navigation.route.value }
}

describe('the address', () => {
  test('says all there is to say, and comes back as it was', () => {
    const search = writeRoute(everything, '')
    expect(search).toBe(
      '?screen=timemachine&region=370200&kpi=datacenter.pue&lang=en' +
        '&origin=parking.occupancy_pct|370102|1764121680000' +
        '&alert=ParkingFull%3A370200%3A20260601T000000Z&at=1764121690000&known=now&map=counties',
    )
    expect(readRoute(search)).toEqual(everything)
  })

  test('tells times as people write them too', () => {
    expect(readRoute('?at=2025-11-26T09:48:10%2B08:00').at).toBe(1_764_121_690_000)
    expect(readRoute('?origin=datacenter.pue|370000').origin).toEqual({
      kpi: 'datacenter.pue',
      region: '370000',
      windowStart: null,
    })
  })

  test('what is unknown becomes the default', () => {
    const nonsense = '?screen=x&region=999999&kpi=nonsense&lang=fr&origin=a|b|c&at=soon&known=never'
    expect(readRoute(nonsense)).toEqual(readRoute(''))
    expect(readRoute('')).toEqual({
      screen: 'overview',
      region: '370000',
      kpi: 'parking.occupancy_pct',
      language: 'zh',
      origin: null,
      alert: null,
      at: null,
      known: 'then',
      map: 'cities',
    })
  })

  test('is as short as it can be and keeps what it does not know', () => {
    expect(writeRoute(readRoute(''), '?region=370200&screen=radio&at=1')).toBe('')
    expect(writeRoute({ ...readRoute(''), region: '370102' }, '?kiosk=1')).toBe('?kiosk=1&region=370102')
  })
})

describe('the way', () => {
  test('up closes what is open, then leaves region after region, then the screen', () => {
    const { navigation, at } = begin('?screen=region&region=370102')
    navigation.openOrigin('datacenter.pue', '370102')
    expect(at().origin).toEqual({ kpi: 'datacenter.pue', region: '370102', windowStart: null })
    const seen = Array.from({ length: 5 }, () => {
      navigation.up()
      return [at().origin, at().region, at().screen]
    })
    expect(seen).toEqual([
      [null, '370102', 'region'],
      [null, '370100', 'region'],
      [null, '370000', 'region'],
      [null, '370000', 'overview'],
      [null, '370000', 'overview'],
    ])
  })

  test('to another screen, region or origin can be gone back, a KPI or a minute is no step', () => {
    const { bar, navigation } = begin()
    navigation.go({ kpi: 'datacenter.pue' })
    navigation.go({ language: 'en' })
    navigation.go({ at: 5 })
    expect(bar.steps).toBe(0)
    navigation.go({ screen: 'ranking' })
    navigation.go({ region: '370200' })
    navigation.openOrigin('datacenter.pue', '370200', 7)
    expect(bar.steps).toBe(3)
    navigation.openOrigin('datacenter.pue', '370200', 7)
    expect(bar.steps).toBe(3)
  })

  test('a link keeps region and language and leaves the open panel behind', () => {
    const { navigation } = begin('?region=370200&lang=en&origin=datacenter.pue|370200')
    expect(navigation.addressOf({ screen: 'radio' })).toBe('?region=370200&lang=en&screen=radio')
    expect(navigation.addressOf({ region: '370000', language: 'zh' })).toBe('?')
  })

  test('of whom may see one city begins there, and goes no further up', () => {
    const sees = (region: string) => region.startsWith('3702')
    const { bar, navigation, at } = begin('', { home: '370200', sees })
    expect(at().region).toBe('370200')
    navigation.go({ region: '370100' })
    expect(at().region).toBe('370200')
    navigation.openOrigin('datacenter.pue', '370100')
    expect(at().origin).toBeNull()
    navigation.go({ region: '370202' })
    expect(bar.search).toBe('?region=370202')
    navigation.up()
    navigation.up()
    expect(at().region).toBe('370200')
    expect(bar.search).toBe('')
  })
})
