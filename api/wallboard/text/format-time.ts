import { type Language, locales } from './language.ts'

/** The province lives in one time zone, whatever the browser thinks. */
const timeZone = 'Asia/Shanghai'

/** 14:32:07 */
export function showClock(epochMs: number): string {
  return format(epochMs, 'en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' })
}

/** 14:32 */
export function showMinute(epochMs: number): string {
  return format(epochMs, 'en-GB', { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })
}

/** 11月22日 周六 / Sat 22 Nov */
export function showDate(epochMs: number, language: Language): string {
  const date = format(epochMs, locales[language], {
    month: language === 'zh' ? 'long' : 'short',
    day: 'numeric',
  })
  const weekday = format(epochMs, locales[language], { weekday: 'short' })
  return language === 'zh' ? `${date} ${weekday}` : `${weekday} ${date}`
}

/** 14:32, with the day when that is not today. */
export function showSince(epochMs: number, now: number, language: Language): string {
  const day = (ms: number): string => format(ms, 'en-GB', { dateStyle: 'short' })
  const minute = showMinute(epochMs)
  if (day(epochMs) === day(now)) return minute
  return `${format(epochMs, locales[language], { month: 'numeric', day: 'numeric' })} ${minute}`
}

const ages = {
  zh: { s: '秒', min: '分钟', h: '小时', d: '天' },
  en: { s: 's', min: 'min', h: 'h', d: 'd' },
} as const

/** 12 s, 5 min, 3 h, 2 d: a length of time in its largest sensible unit. */
export function showAge(ms: number, language: Language): string {
  const words = ages[language]
  const seconds = Math.max(0, Math.round(ms / 1000))
  if (seconds < 120) return `${seconds} ${words.s}`
  if (seconds < 7_200) return `${Math.floor(seconds / 60)} ${words.min}`
  if (seconds < 172_800) return `${Math.floor(seconds / 3_600)} ${words.h}`
  return `${Math.floor(seconds / 86_400)} ${words.d}`
}

function format(epochMs: number, locale: string, options: Intl.DateTimeFormatOptions): string {
  return new Intl.DateTimeFormat(locale, { timeZone, ...options }).format(epochMs)
}
