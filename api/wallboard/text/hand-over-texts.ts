import type { Language } from './language.ts'

/** Words of the hand-over screen. */
export interface HandOverTexts {
  readonly title: string
  readonly shift: string
  readonly hours: (count: number) => string
  readonly from: (time: string) => string
  readonly open: string
  readonly noneOpen: string
  readonly fired: string
  readonly noneFired: string
  readonly over: string
  readonly untaken: string
  readonly changed: string
  readonly noneChanged: string
  readonly deeds: string
  readonly noneDone: string
  readonly corrections: string
  readonly noneCorrected: string
  readonly values: (values: number, regions: number) => string
  readonly silences: string
  readonly noneEnding: string
  readonly until: (time: string) => string
  readonly maintenance: string
  readonly silence: string
  readonly failed: (why: string) => string
}

const zh: HandOverTexts = {
  title: '交接班',
  shift: '班次',
  hours: count => `近 ${count} 小时`,
  from: time => `自 ${time}`,
  open: '未结束告警',
  noneOpen: '✓ 没有未结束的告警',
  fired: '本班告警',
  noneFired: '✓ 本班没有告警',
  over: '其中已恢复',
  untaken: '无人确认',
  changed: '数据修正：撤回与补报',
  noneChanged: '没有因数据修正而改变的告警',
  deeds: '处置记录',
  noneDone: '没有处置记录',
  corrections: '修正的数值',
  noneCorrected: '没有修正的数值',
  values: (values, regions) => `${values} 个 · ${regions} 地`,
  silences: '即将结束的静默',
  noneEnding: '12 小时内没有静默结束',
  until: time => `至 ${time}`,
  maintenance: '计划检修',
  silence: '静默',
  failed: why => `查询失败：${why}`,
}

const en: HandOverTexts = {
  title: 'Hand-over',
  shift: 'Shift',
  hours: count => `last ${count} h`,
  from: time => `since ${time}`,
  open: 'Open alerts',
  noneOpen: '✓ No open alerts',
  fired: 'Fired in this shift',
  noneFired: '✓ Nothing fired in this shift',
  over: 'of these over',
  untaken: 'taken by nobody',
  changed: 'Retracted or raised late',
  noneChanged: 'Corrections changed no alert',
  deeds: 'Who did what',
  noneDone: 'Nothing was done',
  corrections: 'Corrected values',
  noneCorrected: 'No value was corrected',
  values: (values, regions) => `${values} in ${regions} ${regions === 1 ? 'region' : 'regions'}`,
  silences: 'Silences that end soon',
  noneEnding: 'None ends within 12 hours',
  until: time => `until ${time}`,
  maintenance: 'maintenance',
  silence: 'silence',
  failed: why => `That failed: ${why}`,
}

export const handOverTexts: Readonly<Record<Language, HandOverTexts>> = { zh, en }
