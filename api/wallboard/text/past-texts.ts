import type { Span } from '../state/time-machine.ts'
import type { Language } from './language.ts'

/** Words of the time machine. */
export interface PastTexts {
  readonly knownThen: string
  readonly knownNow: string
  readonly thenMeans: string
  readonly nowMeans: string
  readonly notKept: string
  readonly asking: string
  readonly failed: string
  readonly time: string
  readonly truth: string
  readonly play: string
  readonly pause: string
  readonly back: Readonly<Record<'hour' | 'minute', string>>
  readonly forth: Readonly<Record<'hour' | 'minute', string>>
  readonly latest: string
  readonly spans: Readonly<Record<Span, string>>
  readonly corrections: string
  readonly correctedAt: (time: string, values: string) => string
  readonly alerts: string
  readonly alertsAt: (time: string, alerts: string) => string
  readonly noAlertThen: string
  readonly noAlertNow: string
  readonly notAsKnownNow: string
  readonly moreAlerts: string
  readonly alertIsNow: string
  readonly changes: string
  readonly noChanges: string
  readonly unknown: string
  readonly more: (count: number) => string
}

const zh: PastTexts = {
  knownThen: '当时所知',
  knownNow: '现在所知',
  thenMeans: '截至该分钟已算出的值，不含之后的修正',
  nowMeans: '同一批窗口的最新版本，含之后的修正',
  notKept: '暂定值不保存；显示的是当时最新的最终值',
  asking: '读取中…',
  failed: '读取失败',
  time: '时间',
  truth: '所知',
  play: '播放 ×60',
  pause: '暂停',
  back: { hour: '−1 小时', minute: '−1 分钟' },
  forth: { hour: '+1 小时', minute: '+1 分钟' },
  latest: '最新',
  spans: { '6h': '6 小时', '1d': '1 天', '3d': '3 天', '7d': '7 天' },
  corrections: '修正',
  correctedAt: (time, values) => `${time} 修正了 ${values} 个值`,
  alerts: '告警',
  alertsAt: (time, alerts) => `${time} 起 ${alerts} 条告警`,
  noAlertThen: '当时没有告警',
  noAlertNow: '按现在所知，当时没有告警',
  notAsKnownNow: '当时曾告警，按现在所知不成立',
  moreAlerts: '告警过多，仅列出最新的',
  alertIsNow: '以下为该告警现在的状态和全部经过；回看时不能处置',
  changes: '当时与现在不同',
  noChanges: '页面上的数值，现在所知与当时所知相同',
  unknown: '未知',
  more: count => `另有 ${count} 项`,
}

const en: PastTexts = {
  knownThen: 'As known then',
  knownNow: 'As known now',
  thenMeans: 'values computed by that minute, no later corrections',
  nowMeans: 'the same windows, later corrections included',
  notKept: 'provisional values are not kept: these are final ones',
  asking: 'Reading…',
  failed: 'Reading failed',
  time: 'Time',
  truth: 'Which truth',
  play: 'Play ×60',
  pause: 'Pause',
  back: { hour: '−1 h', minute: '−1 min' },
  forth: { hour: '+1 h', minute: '+1 min' },
  latest: 'Latest',
  spans: { '6h': '6 h', '1d': '1 day', '3d': '3 days', '7d': '7 days' },
  corrections: 'corrections',
  correctedAt: (time, values) => `${time}: ${values} values corrected`,
  alerts: 'alerts',
  alertsAt: (time, alerts) => `${time}: ${alerts} alerts fired`,
  noAlertThen: 'No alert was open then',
  noAlertNow: 'No alert then, as is known now',
  notAsKnownNow: 'Open then, not so as is known now',
  moreAlerts: 'There are more: the newest are listed',
  alertIsNow: 'How it stands now, and all that happened; nothing can be done from the past',
  changes: 'Different then and now',
  noChanges: 'All values on this screen are known now as they were then',
  unknown: 'not known',
  more: count => `${count} more`,
}

export const pastTexts: Readonly<Record<Language, PastTexts>> = { zh, en }
