import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { colourSteps } from '../../../../api/wallboard/scale/colour-steps.ts'

const folder = join(import.meta.dirname, '../../../../api/wallboard/styles')
const sheets = readdirSync(folder).map(name => ({ name, text: readFileSync(join(folder, name), 'utf8') }))
const base = sheets.find(({ name }) => name === 'base.css')?.text ?? ''
const tokens = new Map(
  [...base.matchAll(/--([\w-]+): (#[0-9a-f]{6});/g)].map(([, name = '', hex = '']) => [name, hex]),
)
const grounds = ['ground', 'panel', 'raised', 'rule']
/** WCAG 2.2, 1.4.3 and 1.4.11: text, and what must be told apart from its ground to be understood. */
const needs = { text: 4.5, quiet: 4.5, attention: 4.5, accent: 3, bar: 3 } as const

function luminance(hex: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map(at => {
    const share = Number.parseInt(hex.slice(at, at + 2), 16) / 255
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}

function contrast(one: string, other: string): number {
  const [light = 0, dark = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a)
  return (light + 0.05) / (dark + 0.05)
}

test('contrast is computed as WCAG says', () => {
  expect(contrast('#000000', '#ffffff')).toBe(21)
  expect(contrast('#777777', '#ffffff')).toBeCloseTo(4.48, 2)
})

describe('every colour of the wall can be read', () => {
  test('all tokens are known here', () => {
    expect([...tokens.keys()].sort()).toEqual([...grounds, ...Object.keys(needs), 'edge'].sort())
  })

  test.each(Object.entries(needs))('%s has a contrast of %d on every ground', (name, least) => {
    for (const ground of grounds) {
      const ratio = contrast(tokens.get(name)!, tokens.get(ground)!)
      expect(ratio, `${name} on ${ground}: ${ratio.toFixed(2)}`).toBeGreaterThanOrEqual(least)
    }
  })

  test('the frame of a field is told from its panel', () => {
    expect(contrast(tokens.get('edge')!, tokens.get('panel')!)).toBeGreaterThanOrEqual(3)
  })

  test('dark on attention, as banner and counts are', () => {
    expect(contrast(tokens.get('ground')!, tokens.get('attention')!)).toBeGreaterThanOrEqual(4.5)
  })

  test.each(['up', 'down', 'none'] as const)('names and values on the map’s five colours (%s)', good => {
    for (const { fill, ink } of colourSteps(good)) {
      const ratio = contrast(fill, ink)
      expect(ratio, `${ink} on ${fill}: ${ratio.toFixed(2)}`).toBeGreaterThanOrEqual(4.5)
    }
  })
})

test('type is never smaller than 1 rem, which is 16 px on a screen of 1080 lines', () => {
  const small = sheets.flatMap(({ name, text }) =>
    [...text.matchAll(/font-size: ([\d.]+)rem/g)]
      .filter(([, size]) => Number(size) < 1)
      .map(([rule]) => `${name}: ${rule}`),
  )
  expect(small).toEqual([])
})
