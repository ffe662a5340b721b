import type { AlertDeed, AlertState } from '../../../schemas/alerts/alert.ts'
import type { Severity } from '../../../schemas/alerts/severity.ts'
import type { DeskAction } from '../protocol/alert-client.ts'
import type { Language } from './language.ts'

/** Words about alerts. */
export interface AlertTexts {
  readonly title: string
  readonly severities: Readonly<Record<Severity, string>>
  readonly states: Readonly<Record<AlertState, string>>
  readonly quiet: string
  readonly nothingWatched: string
  readonly notKnown: string
  readonly pending: (count: number) => string
  readonly since: (time: string) => string
  readonly limit: (value: string) => string
  readonly acknowledged: (by: string) => string
  readonly assigned: (unit: string) => string
  readonly due: (time: string) => string
  readonly overdue: string
  readonly silenced: string
  readonly muted: string
  readonly late: string
  readonly flapping: string
  readonly closed: string
  readonly escalated: (times: number) => string
  readonly mutes: (count: number) => string
  readonly more: (count: number) => string
  readonly lately: string
  readonly retractedWhy: string
  readonly sound: string
  readonly on: string
  readonly off: string
  readonly history: string
  readonly deeds: Readonly<Record<AlertDeed, string>>
  readonly byRule: string
  readonly revision: (revision: number) => string
  readonly rule: string
  readonly value: string
  readonly window: string
  readonly notFound: string
  readonly failed: string
  readonly asking: string
  readonly actions: Readonly<Record<DeskAction, string>>
  readonly note: string
  readonly unit: string
  readonly reason: string
  readonly minutes: string
  readonly send: string
  readonly cancel: string
  readonly sent: string
  readonly refused: (why: string) => string
  readonly runbook: string
}

const zh: AlertTexts = {
  title: '告警',
  severities: { critical: '紧急', major: '重要', minor: '次要', warning: '提示' },
  states: { pending: '待定', firing: '告警中', unknown: '数据不足', resolved: '已恢复', retracted: '已撤回' },
  quiet: '无告警',
  nothingWatched: '没有运行中的告警规则：无人值守',
  notKnown: '连接中断，无法判断',
  pending: count => `另有 ${count} 条待确认`,
  since: time => `${time} 起`,
  limit: value => `限值 ${value}`,
  acknowledged: by => `${by} 已确认`,
  assigned: unit => `派单 ${unit}`,
  due: time => `${time} 前`,
  overdue: '已超时',
  silenced: '已静默',
  muted: '并入上级',
  late: '补报',
  flapping: '反复',
  closed: '已关闭',
  escalated: times => `已升级${times > 1 ? ` ×${times}` : ''}`,
  mutes: count => `并入 ${count} 条`,
  more: count => `另有 ${count} 条`,
  lately: '刚刚结束',
  retractedWhy: '修正后的数据表明不应告警',
  sound: '声音',
  on: '开',
  off: '关',
  history: '经过',
  deeds: {
    pending: '条件成立',
    fired: '告警',
    raised_late: '数据修正后补报',
    unknown: '数据不足，无法判断',
    known: '数据恢复',
    resolved: '恢复',
    retracted: '数据修正后撤回',
    corrected: '数据修正',
    inhibited: '并入上级告警',
    uninhibited: '不再并入',
    silenced: '静默',
    unsilenced: '静默结束',
    flapping: '反复触发',
    steady: '趋于稳定',
    acknowledged: '确认',
    assigned: '派单',
    commented: '备注',
    closed: '关闭',
    escalated: '无人确认，升级',
  },
  byRule: '规则',
  revision: revision => `第 ${revision} 版`,
  rule: '规则',
  value: '数值',
  window: '窗口',
  notFound: '没有此告警',
  failed: '查询失败',
  asking: '正在查询…',
  actions: { ack: '确认', dispatch: '派单', comment: '备注', close: '关闭告警', silence: '静默' },
  note: '说明（可不填）',
  unit: '处置单位',
  reason: '原因',
  minutes: '分钟',
  send: '提交',
  cancel: '取消',
  sent: '已提交，等待生效',
  refused: why => `未成功：${why}`,
  runbook: '处置手册',
}

const en: AlertTexts = {
  title: 'Alerts',
  severities: { critical: 'critical', major: 'major', minor: 'minor', warning: 'warning' },
  states: {
    pending: 'pending',
    firing: 'firing',
    unknown: 'not known',
    resolved: 'resolved',
    retracted: 'retracted',
  },
  quiet: 'No alerts',
  nothingWatched: 'No alert rule runs: nothing is watched',
  notKnown: 'Not known while the connection is lost',
  pending: count => `${count} more may follow`,
  since: time => `since ${time}`,
  limit: value => `limit ${value}`,
  acknowledged: by => `${by} has it`,
  assigned: unit => `sent ${unit}`,
  due: time => `by ${time}`,
  overdue: 'overdue',
  silenced: 'silenced',
  muted: 'part of another',
  late: 'raised late',
  flapping: 'flapping',
  closed: 'closed',
  escalated: times => `escalated${times > 1 ? ` ×${times}` : ''}`,
  mutes: count => `mutes ${count}`,
  more: count => `${count} more`,
  lately: 'Just over',
  retractedWhy: 'corrected data says it should not have fired',
  sound: 'Sound',
  on: 'on',
  off: 'off',
  history: 'What happened',
  deeds: {
    pending: 'the condition holds',
    fired: 'fired',
    raised_late: 'raised late: data was corrected',
    unknown: 'too little data to say',
    known: 'known again',
    resolved: 'resolved',
    retracted: 'retracted: data was corrected',
    corrected: 'data was corrected',
    inhibited: 'part of another alert',
    uninhibited: 'on its own again',
    silenced: 'silenced',
    unsilenced: 'no longer silenced',
    flapping: 'flapping',
    steady: 'steady again',
    acknowledged: 'acknowledged',
    assigned: 'dispatched',
    commented: 'comment',
    closed: 'closed',
    escalated: 'escalated: nobody acknowledged it',
  },
  byRule: 'rule',
  revision: revision => `revision ${revision}`,
  rule: 'Rule',
  value: 'Value',
  window: 'Window',
  notFound: 'There is no such alert',
  failed: 'That failed',
  asking: 'Asking…',
  actions: {
    ack: 'Acknowledge',
    dispatch: 'Dispatch',
    comment: 'Comment',
    close: 'Close alert',
    silence: 'Silence',
  },
  note: 'Note (optional)',
  unit: 'Unit',
  reason: 'Reason',
  minutes: 'minutes',
  send: 'Send',
  cancel: 'Cancel',
  sent: 'Sent; takes effect in a moment',
  refused: why => `Not done: ${why}`,
  runbook: 'Runbook',
}

export const alertTexts: Readonly<Record<Language, AlertTexts>> = { zh, en }
