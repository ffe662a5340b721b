import { type Language, locales } from './language.ts'

export interface Shown {
  /** Digits, with sign and separators. */
  readonly digits: string
  /** 万, 亿, k, M or nothing; written small, next to the unit. */
  readonly magnitude: string
}

interface Magnitude {
  readonly from: number
  readonly by: number
  readonly name: string
}

const magnitudes: Readonly<Record<Language, readonly Magnitude[]>> = {
  zh: [
    { from: 1e8, by: 1e8, name: '亿' },
    { from: 1e4, by: 1e4, name: '万' },
  ],
  en: [
    { from: 1e9, by: 1e9, name: 'bn' },
    { from: 1e6, by: 1e6, name: 'M' },
    { from: 1e4, by: 1e3, name: 'k' },
  ],
}

/** Digits that people act on, once a number is given in 万 or k. */
const significant = 3

/**
 * A number as people say it: below 1,000 with the decimals of its KPI, up to 9,999 in whole numbers,
 * above that three digits and 万 / 亿 or k / M.
 */
export function showNumber(value: number, decimals: number, language: Language): Shown {
  const rounded = Math.abs(Number(value.toFixed(decimals)))
  const magnitude = magnitudes[language].find(({ from }) => aboutTo(rounded) >= from)
  if (!magnitude) return { digits: fixed(value, rounded < 1_000 ? decimals : 0, language), magnitude: '' }
  const scaled = value / magnitude.by
  const whole = Math.floor(Math.log10(Math.abs(Number(scaled.toPrecision(significant))))) + 1
  return { digits: fixed(scaled, Math.max(0, significant - whole), language), magnitude: magnitude.name }
}

/** What a number will look like, so that 999,960 is 1.00 M and not 1,000 k. */
function aboutTo(value: number): number {
  return value < 1e4 ? value : Number(value.toPrecision(significant))
}

function fixed(value: number, decimals: number, language: Language): string {
  return new Intl.NumberFormat(locales[language], {
    minimumFractionDigits: decimals,
    maximumFractionDigits: decimals,
  }).format(value)
}

/** A KPI's unit as it stands behind its value: `1` means that there is none. */
export function showUnit(unit: string): string {
  if (unit === '1') return ''
  return unit.startsWith('1/') ? unit.slice(1) : unit
}

/** Magnitude and unit together: `万 kW`, `%`, `k`. */
export function showSuffix(shown: Shown, unit: string): string {
  return [shown.magnitude, showUnit(unit)].filter(part => part !== '').join(' ')
}

/** All in one string, for labels and tables. */
export function showValue(value: number, decimals: number, unit: string, language: Language): string {
  const shown = showNumber(value, decimals, language)
  const suffix = showSuffix(shown, unit)
  const gap = suffix === '' || suffix === shown.magnitude || suffix.startsWith('/') ? '' : '\u202f'
  return `${shown.digits}${gap}${suffix}`
}

/** A share of 0..1 in whole per cent; never 100 % unless it is all of it. */
export function showShare(share: number): string {
  const percent = share >= 1 ? 100 : Math.min(99, Math.round(share * 100))
  return `${percent}\u202f%`
}

const exactDecimals = 3

/** A number to be added up by a reader: all of it, up to three decimals. */
export function showExact(value: number, language: Language): string {
  return new Intl.NumberFormat(locales[language], { maximumFractionDigits: exactDecimals }).format(value)
}

/** Numbers to be added up, one below the other: with the same number of decimals. */
export function showColumn(values: readonly number[], language: Language): readonly string[] {
  const decimals = values.every(Number.isInteger) ? 0 : exactDecimals
  return values.map(value => fixed(value, decimals, language))
}
