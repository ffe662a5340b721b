import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { showNumber, showShare, showUnit, showValue } from '../../../../api/wallboard/text/format-number.ts'
import { showAge, showClock, showDate, showSince } from '../../../../api/wallboard/text/format-time.ts'
import { nameIn, shortNameIn } from '../../../../api/wallboard/text/language.ts'
import { texts } from '../../../../api/wallboard/text/texts.ts'
import { recordIds } from '../../../../schemas/records/record.ts'
import { regionOf } from '../../../../schemas/regions/regions.ts'

const joined = (value: number, decimals: number, language: 'zh' | 'en'): string => {
  const { digits, magnitude } = showNumber(value, decimals, language)
  return `${digits}${magnitude}`
}

describe('numbers', () => {
  test.each([
    [99.4213, 2, '99.42', '99.42'],
    [0, 1, '0.0', '0.0'],
    [-3.25, 1, '-3.3', '-3.3'],
    [1307.4, 1, '1,307', '1,307'],
    [9_999, 0, '9,999', '9,999'],
    [9_999.6, 0, '1.00万', '10.0k'],
    [12_345, 0, '1.23万', '12.3k'],
    [196_400, 0, '19.6万', '196k'],
    [999_960, 0, '100万', '1.00M'],
    [123_456_789, 0, '1.23亿', '123M'],
    [2_000_000_000, 0, '20.0亿', '2.00bn'],
  ])('%d with %d decimals', (value, decimals, zh, en) => {
    expect(joined(value, decimals, 'zh')).toBe(zh)
    expect(joined(value, decimals, 'en')).toBe(en)
  })

  test('what is shown is the number, to three digits at least', () => {
    const by: Readonly<Record<string, number>> = { '': 1, 万: 1e4, 亿: 1e8, k: 1e3, M: 1e6, bn: 1e9 }
    fc.assert(
      fc.property(
        fc.double({ min: 1, max: 1e11, noNaN: true }),
        fc.constantFrom('zh', 'en'),
        (value, language) => {
          const { digits, magnitude } = showNumber(value, 2, language)
          const shown = Number(digits.replaceAll(',', '')) * (by[magnitude] ?? Number.NaN)
          expect(Math.abs(shown - value) / value).toBeLessThan(0.0056)
        },
      ),
    )
  })

  test('units', () => {
    expect(['%', '1', '1/h', 'kW'].map(showUnit)).toEqual(['%', '', '/h', 'kW'])
    expect(showValue(0.42, 2, '1/h', 'en')).toBe('0.42/h')
    expect(showValue(43_100, 0, 'bit/J', 'zh')).toBe('4.31\u202f万 bit/J')
  })

  test('a share is 100 % only when nothing is missing', () => {
    expect([1, 0.999, 0.984, 0].map(showShare)).toEqual(['100\u202f%', '99\u202f%', '98\u202f%', '0\u202f%'])
  })
})

describe('times are those of the province, whatever the browser’s zone', () => {
  const at = Date.UTC(2026, 7, 21, 16, 5, 9)
  test('clock and date', () => {
    expect(showClock(at)).toBe('00:05:09')
    expect(showDate(at, 'zh')).toBe('8月22日 周六')
    expect(showDate(at, 'en')).toBe('Sat 22 Aug')
  })

  test('since: with the day when that is another one', () => {
    expect(showSince(at, at + 3_600_000, 'en')).toBe('00:05')
    expect(showSince(at - 3_600_000, at, 'zh')).toBe('8/21 23:05')
  })

  test.each([
    [0, '0 秒', '0 s'],
    [119_000, '119 秒', '119 s'],
    [120_000, '2 分钟', '2 min'],
    [7_200_000, '2 小时', '2 h'],
    [172_800_000, '2 天', '2 d'],
  ])('age of %d ms', (ms, zh, en) => {
    expect([showAge(ms, 'zh'), showAge(ms, 'en')]).toEqual([zh, en])
  })
})

test('names are in the chosen language, short ones without their kind', () => {
  const [jinan, lixia] = [regionOf('370100')!, regionOf('370102')!]
  expect([nameIn(jinan, 'zh'), shortNameIn(jinan, 'zh'), shortNameIn(lixia, 'en')]).toEqual([
    '济南市',
    '济南',
    'Lixia',
  ])
})

test('every record type has a name in both languages', () => {
  for (const language of ['zh', 'en'] as const) {
    expect(Object.keys(texts[language].records).sort()).toEqual([...recordIds].sort())
  }
})
