import { describe, expect, test } from 'vitest'
import { nearestTowards } from '../../../../api/wallboard/maps/nearest-towards.ts'
import { projectMap } from '../../../../api/wallboard/maps/project.ts'
import outlines from '../../../../api/wallboard/maps/shandong-cities.json' with { type: 'json' }

const map = projectMap(outlines, 800)
const labelOf = (code: string) => map.cities.find(city => city.code === code)!.label

describe('the map', () => {
  test('is as wide as asked for and as high as the province is', () => {
    expect(map.width).toBe(800)
    expect(map.height).toBeGreaterThan(480)
    expect(map.height).toBeLessThan(520)
  })

  test('has north above and east to the right', () => {
    const [dezhou, zaozhuang, heze, weihai] = ['371400', '370400', '371700', '371000'].map(labelOf)
    expect(dezhou!.y).toBeLessThan(zaozhuang!.y)
    expect(heze!.x).toBeLessThan(weihai!.x)
  })

  test('arrow keys lead to the neighbour in that direction, and nowhere at the edge', () => {
    expect(nearestTowards(map.cities, '370600', 'ArrowRight')).toBe('371000')
    expect(nearestTowards(map.cities, '371000', 'ArrowRight')).toBeUndefined()
    expect(nearestTowards(map.cities, '371700', 'ArrowRight')).toBe('370800')
    expect(nearestTowards(map.cities, '370600', 'Tab')).toBeUndefined()
  })

  test('every city can be reached by arrow keys', () => {
    const reached = new Set(['370100'])
    for (const code of reached) {
      for (const key of ['ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown']) {
        const next = nearestTowards(map.cities, code, key)
        if (next) reached.add(next)
      }
    }
    expect(reached.size).toBe(16)
  })
})
