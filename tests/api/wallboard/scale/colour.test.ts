import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { boundsOf, colourDomain, stepOf } from '../../../../api/wallboard/scale/colour-domain.ts'
import { colourSteps } from '../../../../api/wallboard/scale/colour-steps.ts'
import { distance, fromHex, toHex } from '../../../../api/wallboard/scale/oklab.ts'

const directions = ['up', 'down', 'none'] as const

describe('the five colours', () => {
  test.each(directions)('are evenly different (good is %s)', good => {
    const colours = colourSteps(good).map(({ fill }) => fromHex(fill))
    const gaps = colours.slice(1).map((colour, i) => distance(colour, colours[i]!))
    expect(Math.max(...gaps) / Math.min(...gaps)).toBeLessThan(1.1)
    expect(Math.min(...gaps)).toBeGreaterThan(0.08)
  })

  test.each(directions)(
    'grow lighter step by step, so that no hue is needed to tell them apart (%s)',
    good => {
      const lightness = colourSteps(good).map(({ fill }) => fromHex(fill).l)
      for (const [i, l] of lightness.slice(1).entries()) expect(l - lightness[i]!).toBeGreaterThan(0.08)
    },
  )

  test.each(directions)('have text on them that can be read: contrast 4.5 (%s)', good => {
    for (const { fill, ink } of colourSteps(good)) expect(contrast(fill, ink)).toBeGreaterThan(4.5)
  })

  test('a colour survives the way to hex and back', () => {
    expect(toHex(fromHex('#5aa9e6'))).toBe('#5aa9e6')
  })
})

describe('the classes', () => {
  const percent = { good: 'down', decimals: 1 } as const
  test('have round bounds around the values', () => {
    expect(boundsOf(colourDomain([53.1, 80.4], percent))).toEqual([50, 60, 70, 80, 90, 100])
  })

  test('differences nobody acts on leave the province calm', () => {
    const nearlyAlike = [99.91, 99.92, 99.93]
    const up = { good: 'up', decimals: 2 } as const
    const domain = colourDomain(nearlyAlike, up)
    expect(nearlyAlike.map(value => stepOf(value, domain, 'up'))).toEqual([0, 0, 0])
  })

  test('the last class is where attention is needed, whichever way is good', () => {
    const domain = { low: 0, step: 10 }
    expect([5, 45].map(value => stepOf(value, domain, 'down'))).toEqual([0, 4])
    expect([5, 45].map(value => stepOf(value, domain, 'up'))).toEqual([4, 0])
  })

  test('stay while the values move within them, and change when one leaves', () => {
    const held = colourDomain([53, 80], percent)
    expect(colourDomain([52, 84], percent, held)).toBe(held)
    expect(colourDomain([49, 84], percent, held)).not.toBe(held)
    expect(colourDomain([60.1, 60.9], percent, held)).not.toBe(held)
    // From 45.1 to 44.9 and back must not change the scale twice.
    const wide = colourDomain([23, 45.1], percent, colourDomain([23, 44.9], percent))
    expect(colourDomain([23, 44.9], percent, wide)).toBe(wide)
  })

  test('hold every value, for any values and KPI', () => {
    const any = fc.array(fc.double({ min: 0, max: 1e9, noNaN: true }), { minLength: 1 })
    fc.assert(
      fc.property(
        any,
        fc.constantFrom(...directions),
        fc.integer({ min: 0, max: 3 }),
        (values, good, decimals) => {
          const domain = colourDomain(values, { good, decimals })
          const bounds = boundsOf(domain)
          expect(bounds[0]).toBeLessThanOrEqual(Math.min(...values))
          expect(bounds[5]).toBeGreaterThanOrEqual(Math.max(...values) * (1 - 1e-9))
        },
      ),
    )
  })

  test('without any value nothing changes', () => {
    const held = { low: 0, step: 10 }
    expect(colourDomain([], percent, held)).toBe(held)
  })
})

/** WCAG 2 contrast ratio. */
function contrast(one: string, other: string): number {
  const [lighter = 0, darker = 0] = [one, other].map(luminance).sort((a, b) => b - a)
  return (lighter + 0.05) / (darker + 0.05)
}

function luminance(hex: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map(at => {
    const channel = Number.parseInt(hex.slice(at, at + 2), 16) / 255
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}
