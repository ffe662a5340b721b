import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { cityOutlines } from '../../../../api/wallboard/maps/city-outlines.ts'
import { decodeEcharts } from '../../../../api/wallboard/maps/decode-echarts.ts'
import { mergeRings, signedArea } from '../../../../api/wallboard/maps/merge-rings.ts'
import outlines from '../../../../api/wallboard/maps/shandong-cities.json' with { type: 'json' }
import { regions } from '../../../../schemas/regions/regions.ts'

const source = JSON.parse(
  await readFile(createRequire(import.meta.url).resolve('echarts4/map/json/province/shandong.json'), 'utf8'),
)

describe('the outlines of the cities', () => {
  test('follow from their source', async () => {
    const path = join(import.meta.dirname, '../../../../api/wallboard/maps/shandong-cities.json')
    expect(await readFile(path, 'utf8')).toBe(`${JSON.stringify(cityOutlines(source))}\n`)
    // Reading the source takes a busy machine longer than a test is given.
  }, 60_000)

  test('are those of the 16 cities in force', () => {
    const cities = regions.filter(({ level }) => level === 'city').map(({ code }) => code)
    expect(outlines.cities.map(({ code }) => code).sort()).toEqual(cities.sort())
  })

  test('say where they come from', () => {
    expect(outlines.attribution).toContain('Apache License 2.0')
  })

  test('Jinan has taken in Laiwu: one ring of both areas, without the border between them', () => {
    const decoded = decodeEcharts(source)
    const [jinan = [], laiwu = []] = [decoded.get('370100'), decoded.get('371200')]
    const merged = mergeRings([...jinan, ...laiwu])
    const areaOf = (rings: readonly Parameters<typeof signedArea>[0][]): number =>
      rings.reduce((sum, ring) => sum + Math.abs(signedArea(ring)), 0)
    expect(merged).toHaveLength(1)
    expect(areaOf(merged)).toBeCloseTo(areaOf(jinan) + areaOf(laiwu), 9)
    expect(merged[0]!.length).toBeLessThan(jinan[0]!.length + laiwu[0]!.length)
  })
})

test('two squares that share a side become one rectangle', () => {
  const left = [
    [0, 0],
    [0, 1],
    [1, 1],
    [1, 0],
  ] as const
  const right = [
    [1, 0],
    [1, 1],
    [2, 1],
    [2, 0],
  ] as const
  const [merged, ...others] = mergeRings([left, right])
  expect(others).toEqual([])
  expect(Math.abs(signedArea(merged!))).toBe(2)
})
