import type { Language } from './language.ts'

/** Words of the panel that says where a value comes from. */
export interface OriginTexts {
  readonly title: string
  readonly close: string
  readonly asked: string
  readonly absent: string
  readonly failed: string
  readonly again: string
  readonly nowProvisional: (value: string, window: string) => string
  readonly notKept: string
  readonly window: string
  readonly formula: string
  readonly parts: string
  readonly partsByCity: string
  readonly noParts: string
  readonly sum: string
  readonly highest: string
  readonly lowest: string
  readonly addsUp: string
  readonly differs: string
  readonly readings: string
  readonly counted: string
  readonly late: string
  readonly duplicates: string
  readonly assets: string
  readonly firstReadings: (shown: string, all: string) => string
  readonly allReadings: (all: string) => string
  readonly showReadings: string
  readonly noReadings: string
  readonly census: string
  readonly time: string
  readonly asset: string
  readonly place: string
  readonly revisions: string
  readonly computedAt: string
  readonly why: string
  readonly first: string
  readonly reasons: Readonly<Record<string, string>>
  readonly lateCount: (count: string) => string
  readonly offsets: string
  readonly partition: string
  readonly from: string
  readonly through: string
  readonly none: string
  readonly sqlReadings: string
  readonly sqlValue: string
  readonly copyLink: string
  readonly copied: string
  readonly notCopied: string
}

const zh: OriginTexts = {
  title: '数值来源',
  close: '关闭',
  asked: '正在查询…',
  absent: '此窗口没有存储的来源：尚未最终确定，或数据不存在。',
  failed: '查询失败',
  again: '重试',
  nowProvisional: (value, window) => `当前值 ${value}（${window}）是暂定值。`,
  notKept: '暂定值不保存来源，以下是最新的最终窗口。',
  window: '窗口',
  formula: '公式',
  parts: '各区县构成',
  partsByCity: '各市构成（由区县汇总）',
  noParts: '较早版本不保存区县构成',
  sum: '合计',
  highest: '最高',
  lowest: '最低',
  addsUp: '与地区数值一致',
  differs: '与地区数值不一致',
  readings: '读数',
  counted: '计入',
  late: '迟到',
  duplicates: '重复',
  assets: '上报 / 应报资产',
  firstReadings: (shown, all) => `前 ${shown} 条，共 ${all} 条；全部读数见 SQL`,
  allReadings: all => `共 ${all} 条，与计入的读数一致`,
  showReadings: '显示读数',
  noReadings: '此窗口没有读数',
  census: '普查指标：统计截至窗口末的全部读数，见 SQL',
  time: '事件时间',
  asset: '资产',
  place: '分区 / 位移',
  revisions: '版本',
  computedAt: '计算时间',
  why: '原因',
  first: '首次最终值',
  reasons: {
    late: '迟到数据',
    recompute: '重新计算',
    repartition: '分区调整',
    restored: '数据恢复',
    registry: '台账变更',
  },
  lateCount: count => `+${count} 条`,
  offsets: 'Kafka 位移',
  partition: '分区',
  from: '起',
  through: '止（不含）',
  none: '无',
  sqlReadings: '复制读数 SQL',
  sqlValue: '复制区县 SQL',
  copyLink: '复制链接',
  copied: '已复制',
  notCopied: '无法复制',
}

const en: OriginTexts = {
  title: 'Where this comes from',
  close: 'Close',
  asked: 'Asking…',
  absent: 'Nothing is stored of this window: it is not final yet, or there is no data.',
  failed: 'That failed',
  again: 'Try again',
  nowProvisional: (value, window) => `The current value, ${value} (${window}), is provisional.`,
  notKept: 'Of provisional values no origin is kept; this is the newest final window.',
  window: 'window',
  formula: 'Formula',
  parts: 'By county',
  partsByCity: 'By city, each the sum of its counties',
  noParts: 'Of earlier revisions no counties are kept',
  sum: 'Sum',
  highest: 'Highest',
  lowest: 'Lowest',
  addsUp: 'equals the number of the region',
  differs: 'differs from the number of the region',
  readings: 'Readings',
  counted: 'counted',
  late: 'late',
  duplicates: 'duplicate',
  assets: 'assets reporting / expected',
  firstReadings: (shown, all) => `The first ${shown} of ${all}; all of them by SQL`,
  allReadings: all => `All ${all}, as many as were counted`,
  showReadings: 'Show readings',
  noReadings: 'No readings in this window',
  census: 'A census counts all readings up to the end of the window: see the SQL',
  time: 'Event time',
  asset: 'Asset',
  place: 'Partition / offset',
  revisions: 'Revisions',
  computedAt: 'Computed',
  why: 'Why',
  first: 'first final value',
  reasons: {
    late: 'late data',
    recompute: 'recomputed',
    repartition: 'partitions changed',
    restored: 'readings restored',
    registry: 'asset registry changed',
  },
  lateCount: count => `+${count}`,
  offsets: 'Kafka offsets',
  partition: 'Partition',
  from: 'From',
  through: 'Up to (exclusive)',
  none: 'none',
  sqlReadings: 'Copy SQL of readings',
  sqlValue: 'Copy SQL of counties',
  copyLink: 'Copy link',
  copied: 'Copied',
  notCopied: 'Cannot copy',
}

export const originTexts: Readonly<Record<Language, OriginTexts>> = { zh, en }

/** Why a revision was computed again, in words. */
export function reasonIn(language: Language, reason: string | null): string {
  const t = originTexts[language]
  return reason === null ? t.first : (t.reasons[reason] ?? reason)
}
