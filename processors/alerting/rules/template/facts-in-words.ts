import type { Severity } from '../../../../schemas/alerts/severity.ts'
import type { Kpi } from '../../../../schemas/kpis/kpi.ts'
import { type Level, type Region, regionOf } from '../../../../schemas/regions/regions.ts'

export type Language = 'zh' | 'en'

/** The province has one time zone, all year. */
const utcOffsetMs = 8 * 3_600_000
const noData = { zh: '无数据', en: 'no data' } as const
const locales = { zh: 'zh-CN', en: 'en-GB' } as const

const levelNames: Readonly<Record<Level, Readonly<Record<Language, string>>>> = {
  county: { zh: '县区', en: 'county' },
  city: { zh: '市', en: 'city' },
  circle: { zh: '经济圈', en: 'economic circle' },
  province: { zh: '省', en: 'province' },
}

const severityNames: Readonly<Record<Severity, Readonly<Record<Language, string>>>> = {
  critical: { zh: '紧急', en: 'critical' },
  major: { zh: '重要', en: 'major' },
  minor: { zh: '次要', en: 'minor' },
  warning: { zh: '提示', en: 'warning' },
}

export function levelName(level: Level, language: Language): string {
  return levelNames[level][language]
}

export function severityName(severity: Severity, language: Language): string {
  return severityNames[severity][language]
}

/** With its city where it is a county: names of counties occur twice. */
export function regionName(code: string, language: Language): string {
  const region = regionOf(code)
  if (!region) return code
  const city: Region | undefined = region.level === 'county' ? regionOf(region.parent ?? '') : undefined
  if (!city) return region[language]
  return language === 'zh' ? `${city.zh}${region.zh}` : `${region.en}, ${city.en}`
}

/** As it stands behind a number: `1` means that there is none, `1/h` that it is counted per hour. */
export function unitName(unit: string): string {
  if (unit === '1') return ''
  return unit.startsWith('1/') ? unit.slice(1) : unit
}

/** A value of a KPI with its unit. A threshold keeps the decimals that it was written with. */
export function numberInWords(
  value: number | null,
  { unit, decimals }: Pick<Kpi, 'unit' | 'decimals'>,
  language: Language,
  exact = false,
): string {
  if (value === null) return noData[language]
  const digits = new Intl.NumberFormat(locales[language], {
    minimumFractionDigits: exact ? 0 : decimals,
    maximumFractionDigits: exact ? 9 : decimals,
  }).format(value)
  const name = unitName(unit)
  return name === '' || name.startsWith('/') ? `${digits}${name}` : `${digits} ${name}`
}

/** A share of 0..1 in per cent; never 100 % unless it is all of it. */
export function shareInWords(share: number | null, language: Language): string {
  if (share === null) return noData[language]
  return `${share >= 1 ? 100 : Math.min(99, Math.round(share * 100))} %`
}

/** 2026-08-02 14:05 in the province; seconds where they matter. */
export function timeInWords(epochMs: number): string {
  const [day = '', clock = ''] = new Date(epochMs + utcOffsetMs).toISOString().split('T')
  return `${day} ${clock.slice(0, epochMs % 60_000 === 0 ? 5 : 8)}`
}
